import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { claims } from "../../src/api/claims.svelte";

let calls: { key: string; body: string }[];
let answers: (Response | Error)[];

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  answers = [];
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
