import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { en } from "../../src/i18n/en";
import { fill } from "../../src/i18n/index.svelte";
import { nl } from "../../src/i18n/nl";
import { DICTIONARIES as CARDS } from "../../src/screens/cards/words";
import { DICTIONARIES as NIGHT } from "../../src/screens/night/words";
import { dateText, fromLocal, spanText, toLocal, whenText } from "../../src/i18n/time";

const SOURCE = join(import.meta.dirname, "../../src");
const NOW = Date.parse("2020-12-01T10:42:00Z");
type Dictionaries = { nl: Record<string, string>; en: Record<string, string> };
/** Words of a screen of its own, which only its page loads. */
const APART = Object.values(import.meta.glob<Dictionaries>("../../src/**/*words.ts", { eager: true, import: "DICTIONARIES" }));

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === "gen" || name === "i18n" ? [] : sources(path);
    return [readFileSync(path, "utf8")];
  });
}

describe("the dictionaries", () => {
  test("have the same keys", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(nl).sort());
    for (const { nl, en } of APART) expect(Object.keys(en).sort()).toEqual(Object.keys(nl).sort());
  });

  test("use the same parameters and forms in both languages", () => {
    const shape = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join();
    const different = Object.keys(nl).filter((key) => shape(nl[key as keyof typeof nl]) !== shape(en[key as keyof typeof nl]));
    expect(different).toEqual([]);
    for (const apart of APART) {
      expect(Object.keys(apart.nl).filter((key) => shape(apart.nl[key]!) !== shape(apart.en[key] ?? ""))).toEqual([]);
    }
  });

  test("hold no word that no page says", () => {
    const text = sources(SOURCE).join("\n");
    const prefixes = [...text.matchAll(/code\("([a-z_]+)",/g)].map((each) => `${each[1]!}.`);
    const built = [...text.matchAll(/[`"]([a-z_]+(?:\.[a-z_]+)*[._])\$\{/g)].map((each) => each[1]!);
    const used = (key: string) => text.includes(`"${key}"`) || [...prefixes, ...built].some((each) => key.startsWith(each));
    expect(Object.keys(nl).filter((key) => !used(key))).toEqual([]);
  });
});

test("whoever is to phone somebody is not told to phone their own number", () => {
  const all = [NIGHT.en, CARDS.en];
  expect(JSON.stringify(all)).not.toMatch(/phone yourself/i);
});

test("before the yes of the own organisation it is said who is called, and the ladder's title holds once it is over", () => {
  expect(nl["ask.provisional"]).toContain("bellen we nu meteen");
  expect(en["ask.provisional"]).toContain("at once");
  expect([NIGHT.nl["round.title_own"], NIGHT.en["round.title_own"]]).toEqual(["Belronde voor akkoord", "Calls for a yes"]);
});

test("a text with two forms chooses by n", () => {
  expect(fill("1 plek | {n} plekken", { n: 1 })).toBe("1 plek");
  expect(fill("1 plek | {n} plekken", { n: 0 })).toBe("0 plekken");
});

describe("time", () => {
  test("is said the way people ask", () => {
    expect(spanText(138 * 60_000, "nl")).toBe("2 u 18");
    expect(spanText(20 * 3_600_000, "nl")).toBe("20 u");
    expect(spanText(73 * 3_600_000, "en")).toBe("3 d");
    expect(spanText(-5, "nl")).toBe("0 min");
    expect(whenText("2020-12-01T13:00:00Z", NOW, "nl")).toBe("vandaag 14:00");
    expect(whenText("2020-12-02T07:00:00Z", NOW, "en")).toBe("tomorrow 08:00");
    expect(dateText("2020-12-04", NOW, "nl")).toBe("vrijdag");
    expect(dateText("2020-12-23", NOW, "nl")).toBe("23 dec");
  });

  test("another year is said with its number", () => {
    expect(dateText("2030-01-01", NOW, "nl")).toBe("1 jan 2030");
    expect(dateText("2019-12-31", NOW, "en")).toBe("31 Dec 2019");
  });

  test("midnight in Amsterdam is the day's border, not midnight in UTC", () => {
    expect(whenText("2020-12-01T23:30:00Z", NOW, "nl")).toBe("morgen 00:30");
  });

  test("a local time is Amsterdam's, in winter, in summer and around the change", () => {
    expect(fromLocal("2020-12-01T07:10")).toBe("2020-12-01T06:10:00.000Z");
    expect(fromLocal("2026-07-01T07:10")).toBe("2026-07-01T05:10:00.000Z");
    expect(fromLocal("2026-03-29T03:30")).toBe("2026-03-29T01:30:00.000Z");
    expect(fromLocal("nothing")).toBeNull();
    expect(toLocal("2020-12-01T06:10:00Z")).toBe("2020-12-01T07:10");
  });
});
