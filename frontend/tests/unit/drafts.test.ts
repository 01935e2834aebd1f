import { beforeEach, expect, test, vi } from "vitest";
import { Kept } from "../../src/ui/drafts";

beforeEach(() => sessionStorage.clear());

test("what is typed is there after a reload, for a day, and for who typed it", () => {
  vi.useFakeTimers({ now: 0, toFake: ["Date"] });
  try {
    const draft = (person: string) => new Kept("log/i", person, () => ({ text: "" }));
    draft("wilma").keep({ text: "Anna belde" });
    expect([draft("wilma").read(), draft("bram").read()]).toEqual([{ text: "Anna belde" }, { text: "" }]);
    vi.setSystemTime(24 * 3_600_000);
    expect(draft("wilma").read()).toEqual({ text: "" });
  } finally {
    vi.useRealTimers();
  }
});
