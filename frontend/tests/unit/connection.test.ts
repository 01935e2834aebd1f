import { beforeEach, describe, expect, test } from "vitest";
import { Connection, type Socket, type World } from "../../src/live/connection";
import { backOff, statusOf } from "../../src/live/status";
import type { Snapshot } from "../../src/gen/wire";

const ME = { person: "p", name: "Wilma", organisations: [], rights: {}, keys: [] };
const SNAPSHOT: Snapshot = { cursor: "c0", at: "", demonstration: true, me: ME, tables: [] };

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: string[] = [];
  closed = false;
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
  say(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

let sockets: FakeSocket[];
let timers: { run: () => void; ms: number; cancelled: boolean }[];
let snapshots: { status: number; snapshot: Snapshot | null }[];
let now: number;
let connection: Connection;

const settle = () => new Promise((resume) => setTimeout(resume));
const last = () => sockets[sockets.length - 1]!;
const pending = () => timers.filter((each) => !each.cancelled);

/** Runs the timer that was set last and is still wanted. */
async function elapse() {
  const timer = pending().pop()!;
  timer.cancelled = true;
  now += timer.ms;
  timer.run();
  await settle();
}

beforeEach(() => {
  sockets = [];
  timers = [];
  snapshots = [];
  now = 0;
  const world: World = {
    snapshot: () => Promise.resolve(snapshots.shift() ?? { status: 200, snapshot: SNAPSHOT }),
    socket: () => {
      sockets.push(new FakeSocket());
      return last();
    },
    now: () => now,
    random: () => 1,
    later: (run, ms) => {
      const timer = { run, ms, cancelled: false };
      timers.push(timer);
      return () => (timer.cancelled = true);
    },
    online: () => true,
  };
  connection = new Connection(world, () => undefined);
});

async function begin() {
  connection.start();
  await settle();
  last().onopen?.();
  last().say({ type: "hello", cursor: "c1", at: "" });
}

describe("the connection", () => {
  test("resumes from the snapshot's cursor and is live after hello", async () => {
    await begin();
    expect(JSON.parse(last().sent[0]!)).toEqual({ type: "resume", cursor: "c0" });
    expect(statusOf(connection.health, now)).toBe("live");
    expect(connection.picture.cursor).toBe("c1");
  });

  test("a closed socket is resumed from the newest cursor, without a new snapshot", async () => {
    await begin();
    last().say({ type: "heartbeat", cursor: "c7", at: "" });
    last().onclose?.({ code: 1001 });
    expect(statusOf(connection.health, now)).toBe("connecting");
    await elapse();
    last().onopen?.();
    expect(sockets).toHaveLength(2);
    expect(JSON.parse(last().sent[0]!)).toEqual({ type: "resume", cursor: "c7" });
  });

  test("silence counts as closed, and the age goes on", async () => {
    await begin();
    await elapse();
    expect(last().closed).toBe(true);
    expect(statusOf(connection.health, now)).toBe("stale");
  });

  test("a reset asks for a new snapshot and keeps the old picture on screen meanwhile", async () => {
    await begin();
    snapshots.push({ status: 200, snapshot: { ...SNAPSHOT, cursor: "c50" } });
    last().say({ type: "reset", why: "digest" });
    expect(connection.picture.me).not.toBeNull();
    await settle();
    last().onopen?.();
    expect(sockets).toHaveLength(2);
    expect(JSON.parse(last().sent[0]!)).toEqual({ type: "resume", cursor: "c50" });
  });

  test("4401 signs out, forgets the picture and does not try again", async () => {
    await begin();
    last().onclose?.({ code: 4401 });
    expect(statusOf(connection.health, now)).toBe("signed_out");
    expect(connection.picture.me).toBeNull();
    expect(pending()).toEqual([]);
  });

  test("a snapshot that answers 401 leads to sign-in", async () => {
    snapshots.push({ status: 401, snapshot: null });
    connection.start();
    await settle();
    expect(statusOf(connection.health, now)).toBe("signed_out");
    expect(sockets).toEqual([]);
  });

  test("a server that is away is asked again, ever more slowly, up to ten seconds", async () => {
    snapshots.push(...Array.from({ length: 8 }, () => ({ status: 503, snapshot: null })));
    connection.start();
    await settle();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      waits.push(pending()[0]!.ms);
      await elapse();
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBe(10_000);
    expect(statusOf(connection.health, now)).toBe("offline");
  });

  test("frames of a socket that was given up change nothing", async () => {
    await begin();
    const old = last();
    old.onclose?.({ code: 1006 });
    old.say({ type: "heartbeat", cursor: "late", at: "" });
    expect(connection.picture.cursor).toBe("c1");
  });
});

test("jitter spreads the wait over half of it", () => {
  expect(backOff(1, 0)).toBe(250);
  expect(backOff(1, 1)).toBe(500);
  expect(backOff(40, 1)).toBe(10_000);
});
