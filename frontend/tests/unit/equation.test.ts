/** snapshot@n + deltas n..m == snapshot@m, for every fixture and for a random history with repeats. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Delta, Frame, Removed, Row, Snapshot } from "../../src/gen/wire";
import { type Picture, apply, fromSnapshot } from "../../src/live/picture";

interface Fixture {
  name: string;
  before: Snapshot;
  frames: Frame[];
  after: Snapshot;
}

/** The first by hand; the others written by the Python side, from the board that makes the real frames. */
const FOLDERS = ["../fixtures/equation", "../../../tests/fixtures/live"].map((folder) => join(import.meta.dirname, folder));
const FIXTURES = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Fixture),
);

/** Kind, id, version, level and data of every row, in one order. */
function rowsOf(picture: Picture): unknown[] {
  return Object.values(picture.rows)
    .flatMap((rows) => [...rows.values()])
    .map(({ kind, id, v, level, data }) => ({ kind, id, v, level, data }))
    .sort((a, b) => (a.kind + a.id < b.kind + b.id ? -1 : 1));
}

describe("the snapshot equation", () => {
  test.each(FIXTURES)("holds for $name", ({ before, frames, after }) => {
    const picture = frames.reduce(apply, fromSnapshot(before));
    expect(rowsOf(picture)).toEqual(rowsOf(fromSnapshot(after)));
    expect(picture.cursor).toBe(after.cursor);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("holds for the random history of seed %i, frames repeated and late", (seed) => {
    const random = generator(seed);
    const { before, frames, after } = history(random, 120);
    const shuffled = frames.flatMap((frame, index) => [frame, ...(random() < 0.2 ? [frames[Math.floor(random() * (index + 1))]!] : [])]);
    expect(rowsOf(shuffled.reduce(apply, fromSnapshot(before)))).toEqual(rowsOf(fromSnapshot(after)));
  });
});

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function history(random: () => number, steps: number): Omit<Fixture, "name"> {
  const rows = new Map<string, Row>();
  const versions = new Map<string, number>();
  const frames: Delta[] = [];
  for (let step = 0; step < steps; step += 1) {
    const id = `row-${Math.floor(random() * 12)}`;
    const version = (versions.get(id) ?? 0) + 1;
    versions.set(id, version);
    const changed: Row[] = [];
    const removed: Removed[] = [];
    const v: [number, number, number] = [1, version, 1];
    if (rows.has(id) && random() < 0.3) {
      rows.delete(id);
      removed.push({ kind: "duty", id, v });
    } else {
      const row: Row = { kind: "duty", id, v, level: "own", data: { id, on: random() < 0.5 } };
      rows.set(id, row);
      changed.push(row);
    }
    frames.push({ type: "delta", cursor: String(step), at: "", changed, removed });
  }
  return { before: snapshotOf([]), frames, after: snapshotOf([...rows.values()]) };
}

function snapshotOf(rows: Row[]): Snapshot {
  const me = { person: "p", name: "", organisations: [], rights: {}, keys: [] };
  const table = { kind: "duty" as const, level: "own" as const, fields: ["id", "on"], rows: rows.map((each) => [each.id, each.v, each.id, each.data["on"]]) };
  return { cursor: "", at: "", demonstration: false, me, tables: [table] };
}
