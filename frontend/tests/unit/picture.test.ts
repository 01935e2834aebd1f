import { describe, expect, test } from "vitest";
import type { Delta, Row, Snapshot } from "../../src/gen/wire";
import { EMPTY, type Picture, absorb, apply, compareVersions, fromSnapshot } from "../../src/live/picture";

const ME = { person: "p", name: "Wilma", organisations: ["GM1735"], rights: {}, keys: [] };

function row(id: string, v: [number, number, number], on = true): Row {
  return { kind: "duty", id, v, level: "own", data: { exercise: false, tlp: "TLP:GREEN", id, on } };
}

function snapshot(rows: Row[], cursor = "c0"): Snapshot {
  const tables = rows.map((each) => ({
    kind: each.kind,
    level: each.level,
    fields: Object.keys(each.data),
    rows: [[each.id, each.v, ...Object.values(each.data)]],
  }));
  return { cursor, at: "2026-01-01T00:00:00Z", demonstration: true, me: ME, tables };
}

function delta(changed: Row[], removed: Delta["removed"] = [], cursor = "c1"): Delta {
  return { type: "delta", cursor, at: "2026-01-01T00:00:01Z", changed, removed };
}

function seen(picture: Picture): [string, readonly number[]][] {
  return [...picture.rows.duty.values()].map((each) => [each.id, each.v] as [string, readonly number[]]).sort();
}

describe("the picture", () => {
  test("versions compare from left to right", () => {
    expect(compareVersions([2, 1, 1], [1, 9, 9])).toBeGreaterThan(0);
    expect(compareVersions([1, 2, 1], [1, 1, 9])).toBeGreaterThan(0);
    expect(compareVersions([1, 1, 1], [1, 1, 2])).toBeLessThan(0);
    expect(compareVersions([1, 1, 1], [1, 1, 1])).toBe(0);
  });

  test("an older or equal version changes nothing", () => {
    const start = fromSnapshot(snapshot([row("a", [1, 2, 1])]));
    const after = apply(start, delta([row("a", [1, 1, 9], false), row("a", [1, 2, 1], false)]));
    expect(after.rows.duty.get("a")?.data.on).toBe(true);
  });

  test("a removed row stays away until something newer comes", () => {
    const start = fromSnapshot(snapshot([row("a", [1, 2, 1])]));
    const gone = apply(start, delta([], [{ kind: "duty", id: "a", v: [1, 3, 1] }]));
    expect(seen(gone)).toEqual([]);
    expect(seen(apply(gone, delta([row("a", [1, 2, 5])])))).toEqual([]);
    expect(seen(apply(gone, delta([row("a", [1, 3, 1])])))).toEqual([]);
    expect(seen(apply(gone, delta([row("a", [1, 4, 1])])))).toEqual([["a", [1, 4, 1]]]);
  });

  test("a removal that is older than the row is passed over", () => {
    const start = fromSnapshot(snapshot([row("a", [1, 5, 1])]));
    expect(seen(apply(start, delta([], [{ kind: "duty", id: "a", v: [1, 4, 1] }])))).toEqual([["a", [1, 5, 1]]]);
  });

  test("the answer to a command and its delta show the same", () => {
    const answered = absorb(fromSnapshot(snapshot([])), [row("a", [1, 1, 1])]);
    const after = apply(answered, delta([row("a", [1, 1, 1])]));
    expect(after.rows.duty).toBe(answered.rows.duty);
  });

  test("apply leaves the picture it was given as it was", () => {
    const start = fromSnapshot(snapshot([row("a", [1, 1, 1])]));
    apply(start, delta([row("b", [1, 1, 1])], [{ kind: "duty", id: "a", v: [1, 2, 1] }]));
    expect(seen(start)).toEqual([["a", [1, 1, 1]]]);
    expect(start.gone.size).toBe(0);
  });

  test("a heartbeat moves cursor and time only", () => {
    const start = fromSnapshot(snapshot([row("a", [1, 1, 1])]));
    const after = apply(start, { type: "heartbeat", cursor: "c9", at: "2026-01-01T00:00:09Z" });
    expect(after).toEqual({ ...start, cursor: "c9", at: "2026-01-01T00:00:09Z" });
  });

  test("a new snapshot keeps nothing of the old picture", () => {
    const old = apply(fromSnapshot(snapshot([row("a", [1, 1, 1])])), delta([row("b", [1, 1, 1])]));
    expect(old.rows.duty.size).toBe(2);
    expect(seen(fromSnapshot(snapshot([row("c", [2, 1, 1])])))).toEqual([["c", [2, 1, 1]]]);
    expect(EMPTY.rows.duty.size).toBe(0);
  });
});
