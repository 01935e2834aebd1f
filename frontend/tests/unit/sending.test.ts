import { afterEach, expect, test, vi } from "vitest";
import { Sending } from "../../src/ui/sending.svelte";

afterEach(() => vi.unstubAllGlobals());

test("the same words keep their key until they were answered; an error of the server is no answer", async () => {
  const keys: string[] = [];
  const answers = [new Error("no network"), 503, 500, 409, 503];
  vi.stubGlobal("fetch", (_path: string, options: RequestInit) => {
    keys.push((options.headers as Record<string, string>)["idempotency-key"] ?? "");
    const answer = answers.shift()!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(new Response("{}", { status: answer as number }));
  });
  const sending = new Sending();
  while (answers.length > 0) await sending.send("/api/aid/duty", { on: true });
  expect(new Set(keys.slice(0, 4)).size).toBe(1);
  expect(keys[4]).not.toBe(keys[3]);
});
