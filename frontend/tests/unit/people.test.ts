import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { linesOf } from "../../src/screens/people/lines";
import { jobOf } from "../../src/screens/people/people";

const jobs = (...rows: string[][]) => linesOf(rows, [{ name: "Gert Verzonnen", phone: "06 12345678" }]).map(({ job, wrong, odd }) => job ?? `${wrong} ${odd}`.trim());

const numbers = JSON.parse(readFileSync(join(import.meta.dirname, "../../../tests/fixtures/numbers.json"), "utf8")) as [string, string | null][];

describe("a pasted list", () => {
  test("becomes people, whichever way the columns stand", () => {
    const wilma = { name: "Wilma Verzonnen", phone: "06 12345678", functions: ["ciso"], rights: [] };
    expect(jobs(["Wilma Verzonnen", "06 12345678", "CISO"])).toEqual([wilma]);
    expect(jobs(["06 12345678", " Wilma Verzonnen ", "", "ciso", "Ciso"])).toEqual([wilma]);
  });

  test("reads the names of functions in both languages", () => {
    expect(jobs(["A", "+31 6 12345678", "Burgerzaken", "System administration"])).toEqual([
      { name: "A", phone: "+31 6 12345678", functions: ["civil_affairs", "system_administration"], rights: [] },
    ]);
  });

  test("passes over headings and empty lines, and nobody else", () => {
    expect(jobs(["Naam", "Telefoon"], ["", " "], ["B", "0612345678"])).toHaveLength(1);
    expect(jobs(["B", "0612345678"], ["Naam", "0687654321"])).toHaveLength(2);
  });

  test("says of each line what is wrong with it", () => {
    expect(jobs(["Wilma Verzonnen"])).toEqual(["phone"]);
    expect(jobs(["0612345678"])).toEqual(["name"]);
    expect(jobs(["C", "0612345678", "Tovenaar"])).toEqual(["function Tovenaar"]);
    expect(jobs(["gert verzonnen ", "0612345678"])).toEqual(["known"]);
    // A spreadsheet took its zero away; and a number of the staff is none to call.
    expect(jobs(["D", "612345678"], ["1234567", "E"])).toEqual(["phone", "phone"]);
  });

  // The services are held to the same list (tests/unit/notification/test_the_telephone.py).
  test.each(numbers)("takes %j as a number where it can be called", (written, number) => {
    expect(jobs(["Wilma", written])).toEqual([number === null ? "phone" : expect.objectContaining({ phone: written })]);
  });

  test("takes a namesake, who has another number", () => {
    expect(jobs(["Gert Verzonnen", "0687654321"])).toMatchObject([{ name: "Gert Verzonnen" }]);
  });

  test("keeps the ids of the lines that stay, so that a corrected list is not a new one", () => {
    const first = linesOf([["A", "0612345678"], ["A", "0612345678"], ["B", "061234567"]], []);
    const second = linesOf([["A", "0612345678"], ["B", "0612345679"], ["A", "0612345678"]], [], first);
    expect([second[0]!.id, second[2]!.id]).toEqual([first[0]!.id, first[1]!.id]);
    expect(first.map((each) => each.id)).not.toContain(second[1]!.id);
  });

  test("gives each line an id of its own", () => {
    const lines = linesOf([["A", "0612345678"], ["A", "0612345678"]], []);
    expect(new Set(lines.map((each) => each.id)).size).toBe(2);
  });
});

test("a form holds the rights that an administrator gives, and no others", () => {
  const officer = { person: "p", name: "R", phone: "0", functions: [], rights: ["ibd", "report"] as const, checked_on: null, due: true, keys: 0, waiting: null };
  expect(jobOf({ ...officer, rights: [...officer.rights] }).rights).toEqual(["report"]);
});
