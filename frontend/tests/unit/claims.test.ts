import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { claims } from "../../src/api/claims.svelte";

let calls: { key: string; body: string }[];
let answers: (Response | Error)[];

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  answers = [];
  sessionStorage.clear();
  claims.attend(null);
  claims.attend("joris");
  vi.stubGlobal("fetch", (_path: string, options: RequestInit) => {
    const headers = options.headers as Record<string, string>;
    calls.push({ key: headers["idempotency-key"] ?? "", body: String(options.body) });
    const answer = answers.shift() ?? new Error("no network");
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const answer = (status: number, body: object) => new Response(JSON.stringify(body), { status });

test("a claim that is not answered is sent again with the same key, and shown as being sent", async () => {
  answers.push(new Error("gone"), answer(503, {}), answer(200, { row: null, rows: [] }));
  const done = claims.claim("r", "a1", 1);
  expect(claims.byApproach.get("a1")?.state).toBe("sending");
  await vi.advanceTimersByTimeAsync(10_000);
  await done;
  expect(calls).toHaveLength(3);
  expect(new Set(calls.map((each) => each.key + each.body)).size).toBe(1);
  expect(claims.byApproach.get("a1")?.state).toBe("given");
});

test("a claim that was answered is never sent again", async () => {
  answers.push(answer(409, { code: "taken", facts: { commitments: [{ id: "k", lender: "GM0141" }], open: [] } }));
  await claims.claim("r", "a2", 1);
  await claims.claim("r", "a2", 1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(1);
  expect(claims.byApproach.get("a2")?.state).toBe("refused");
});

test("a claim stops asking when it is too late", async () => {
  const done = claims.claim("r", "a3", 1);
  await vi.advanceTimersByTimeAsync(11 * 60_000);
  await done;
  expect(claims.byApproach.get("a3")?.state).toBe("refused");
});

/** What a reload leaves: the storage of the tab, and nothing of the page. */
async function reload() {
  vi.resetModules();
  return (await import("../../src/api/claims.svelte")).claims;
}

test("a claim that nobody answered goes on after a reload, with the same key and words, and is answered once", async () => {
  void claims.claim("r", "a4", 1);
  await vi.advanceTimersByTimeAsync(1_000);
  claims.attend(null);
  const anew = await reload();
  anew.attend("joris");
  expect(anew.byApproach.get("a4")?.state).toBe("sending");
  answers.push(answer(503, {}), answer(200, { row: null, rows: [] }));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(anew.byApproach.get("a4")?.state).toBe("given");
  expect(new Set(calls.map((each) => each.key + each.body)).size).toBe(1);
  const sent = calls.length;
  (await reload()).attend("joris");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(sent);
});

test("a claim that was refused is not sent again after a reload", async () => {
  answers.push(answer(409, { code: "taken" }));
  await claims.claim("r", "a5", 1);
  (await reload()).attend("joris");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(1);
});

test("a claim whose time ran out while the page was closed says so and is not sent", async () => {
  void claims.claim("r", "a6", 1);
  await vi.advanceTimersByTimeAsync(1_000);
  claims.attend(null);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  const anew = await reload();
  anew.attend("joris");
  expect(anew.byApproach.get("a6")).toMatchObject({ state: "refused", problem: { code: "claim_unanswered" } });
  expect(calls).toHaveLength(1);
});

test("whoever sits down next sends and sees nothing of another's claim, which goes on when its owner is back", async () => {
  answers.push(answer(401, { code: "not_signed_in" }));
  void claims.claim("r", "a7", 1);
  await vi.advanceTimersByTimeAsync(1_000);
  claims.attend(null);
  claims.attend("kees");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(1);
  expect(claims.byApproach.size).toBe(0);
  claims.attend(null);
  answers.push(answer(200, { row: null, rows: [] }));
  claims.attend("joris");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(claims.byApproach.get("a7")?.state).toBe("given");
  expect(new Set(calls.map((each) => each.key + each.body)).size).toBe(1);
});
