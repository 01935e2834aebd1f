import { describe, expect, test } from "vitest";
import { draftOf, entryOf, newDraft } from "../../src/screens/mandates/mandates";

describe("an entry of the list of mandates", () => {
  test("comes back from its form as it was", () => {
    const entry = {
      ...entryOf({ ...newDraft("p", ["confirm", "share"]), from: "2026-01-01", to: "2026-03-29", euros: 5000 }),
      deputy_for: "m",
    };
    expect(entryOf(draftOf(entry))).toEqual(entry);
  });

  test("counts its last day whole, also where the clocks change", () => {
    const { until } = entryOf({ ...newDraft("p", ["confirm"]), to: "2026-03-29" });
    expect(new Date(until!)).toEqual(new Date(2026, 2, 30));
  });

  test("has no limit and no end where nothing was typed", () => {
    const entry = entryOf(newDraft("p", ["lend"]));
    expect([entry.starts, entry.until, entry.euros, entry.days, entry.people, entry.deputy_for]).toEqual(Array(6).fill(null));
  });
});
