import { beforeEach, describe, expect, test, vi } from "vitest";
import { idOf, thisDevice, turnOff, turnOn } from "../../src/screens/access/push";

const asked = vi.hoisted(() => ({ posted: [] as string[], proven: [] as unknown[], answer: null as unknown }));

vi.mock("../../src/api/http", () => ({
  post: async (path: string) => (asked.posted.push(path), { ok: true, value: { key: "", devices: [] } }),
}));
vi.mock("../../src/api/phone", () => ({
  withPhone: (work: (phone: object) => unknown) =>
    work({ proven: async (...sent: unknown[]) => (asked.proven.push(sent), asked.answer) }),
}));

const PERSON = "00000000-0000-0000-0000-000000000001";
const PLACE = "https://fcm.googleapis.com/fcm/send/1";
const KEY = "_-8";
const OTHER_KEY = "AAA";
const DONE = { ok: true, value: { key: KEY, devices: [] } };

type Kept = { endpoint: string; options: { applicationServerKey: ArrayBuffer }; unsubscribe(): Promise<boolean>; toJSON(): object };

/** What this browser has subscribed to now, everything it let go of, and what it was asked to subscribe with. */
let kept: Kept | null;
let gone: string[];
let wanted: unknown[];

function subscription(endpoint: string, key = KEY): Kept {
  const bytes = Uint8Array.from(Buffer.from(key, "base64url"));
  return {
    endpoint, options: { applicationServerKey: bytes.buffer },
    unsubscribe: async () => (gone.push(endpoint), (kept = null), true),
    toJSON: () => ({ endpoint, keys: { p256dh: "point", auth: "secret" } }),
  };
}

function browser({ says = "granted", reaches = true } = {}) {
  const pushManager = {
    getSubscription: async () => kept,
    subscribe: async (options: unknown) => {
      if (!reaches) throw new DOMException("none", "AbortError");
      wanted.push(options);
      return (kept = subscription(`${PLACE}/new`));
    },
  };
  const registration = { pushManager };
  vi.stubGlobal("Notification", { requestPermission: async () => says });
  vi.stubGlobal("navigator", {
    serviceWorker: { register: async () => registration, getRegistration: async () => registration, ready: Promise.resolve(registration) },
  });
}

beforeEach(() => {
  [kept, gone, wanted] = [null, [], []];
  Object.assign(asked, { posted: [], proven: [], answer: DONE });
  browser();
});

test("names this browser as the directory does (tests/unit/directory/test_push.py has the same)", async () => {
  expect(await idOf(PERSON, PLACE)).toBe("34d68bb6-fa94-ece9-a7a1-74255351ddeb");
});

test("this device is one of them while the directory knows it, and its key still counts", async () => {
  const devices = [{ id: await idOf(PERSON, PLACE), added_at: "", service: "" }];
  expect(await thisDevice(PERSON, { key: KEY, devices })).toBe("");
  kept = subscription(PLACE);
  expect(await thisDevice(PERSON, { key: KEY, devices })).toBe(devices[0]!.id);
  expect(await thisDevice(PERSON, { key: OTHER_KEY, devices })).toBe("");
  expect(await thisDevice(PERSON, { key: KEY, devices: [] })).toBe("");
  kept = subscription(PLACE, OTHER_KEY);
  expect(await thisDevice(PERSON, { key: KEY, devices })).toBe("");
});

describe("switching on", () => {
  test("lets go of what somebody had here before, and gives the new place for a key shown here and now", async () => {
    kept = subscription(`${PLACE}/before`);
    expect(await turnOn(KEY)).toEqual(DONE);
    expect(gone).toEqual([`${PLACE}/before`]);
    expect(wanted).toEqual([{ userVisibleOnly: true, applicationServerKey: KEY }]);
    const place = { endpoint: `${PLACE}/new`, p256dh: "point", auth: "secret" };
    expect(asked.proven).toEqual([["push", "/api/directory/push", { subscription: place }]]);
    expect(kept?.endpoint).toBe(`${PLACE}/new`);
  });

  test("asks for nothing where messages are not allowed, or no push service is reached, and says which", async () => {
    browser({ says: "denied" });
    expect(await turnOn(KEY)).toMatchObject({ ok: false, problem: { code: "push_blocked" } });
    browser({ reaches: false });
    expect(await turnOn(KEY)).toMatchObject({ ok: false, problem: { code: "push_failed" } });
    expect([wanted, asked.proven]).toEqual([[], []]);
  });

  test("leaves nothing here where the directory says no", async () => {
    asked.answer = { ok: false, problem: { code: "too_many_devices" } };
    expect(await turnOn(KEY)).toMatchObject({ ok: false });
    expect([kept, gone]).toEqual([null, [`${PLACE}/new`]]);
  });
});

test("switching off is told, and the browser lets go where it is this one", async () => {
  kept = subscription(PLACE);
  await turnOff("far", false);
  expect(kept?.endpoint).toBe(PLACE);
  await turnOff("here", true);
  expect([kept, gone]).toEqual([null, [PLACE]]);
  expect(asked.posted).toEqual(["/api/directory/push/far/remove", "/api/directory/push/here/remove"]);
});
