import { beforeEach, expect, test, vi } from "vitest";
import { Kept } from "../../src/ui/drafts";

beforeEach(() => sessionStorage.clear());

test("what is typed is there after a reload, for a day, and for who typed it", () => {
  vi.useFakeTimers({ now: 0, toFake: ["Date"] });
  try {
    const draft = (person: string) => new Kept("log/i", person, () => ({ text: "" }));
    draft("wilma").keep({ text: "Anna belde" });
    expect([draft("wilma").read(), draft("bram").read()]).toEqual([{ text: "Anna belde" }, { text: "" }]);
    // To look at it is not to type it.
    vi.setSystemTime(23 * 3_600_000);
    draft("wilma").keep({ text: "Anna belde" });
    vi.setSystemTime(24 * 3_600_000);
    expect(draft("wilma").read()).toEqual({ text: "" });
    draft("wilma").keep({ text: "Anna belde weer" });
    expect(draft("wilma").read()).toEqual({ text: "Anna belde weer" });
  } finally {
    vi.useRealTimers();
  }
});
