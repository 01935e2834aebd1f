import { describe, expect, test } from "vitest";
import type { Attempt, DeliveryData, HelpRequestData, Turn } from "../../src/gen/rows";
import { EMPTY, type Picture } from "../../src/live/picture";
import { gaps, isPhone } from "../../src/screens/night/list";
import { answerOf, dialled, isNews, lookOf } from "../../src/screens/night/rounds";
import { toLocal } from "../../src/i18n/time";
import type { Organisation } from "../../src/api/directory.svelte";
import { circleOf } from "../../src/screens/incident/circle";
import { asAsked, asleep, wakeOf } from "../../src/screens/incident/wake";
import { silentFrom } from "../../src/screens/night/duties.svelte";
import { ends, usualEnd } from "../../src/screens/tasks/duty";

const turn = (from_hour: number, to_hour: number): Turn => ({ person: "p", from_hour, to_hour, exercises: false });

describe("the hours of a wake-up list", () => {
  test("leave nothing open where somebody may be called all day, or several share the day", () => {
    expect(gaps([turn(0, 0)])).toEqual([]);
    expect(gaps([turn(22, 7), turn(7, 22)])).toEqual([]);
  });

  test("leave open what nobody covers, over midnight as one span", () => {
    expect(gaps([turn(7, 23)])).toEqual([[23, 7]]);
    expect(gaps([turn(23, 3), turn(5, 12)])).toEqual([[3, 5], [12, 23]]);
  });
});

test("whom to phone is a number as the server takes it, or nothing", () => {
  expect(["", " ", "14 0547", "14030", "+31 (0)6-12345678"].map(isPhone)).toEqual([true, true, true, true, true]);
  expect(["de baas", "12", "06 12 of bel Jan"].map(isPhone)).toEqual([false, false, false]);
});

describe("a ladder of which only the outcome is read", () => {
  const seen = (state: string, open: number): Picture => {
    const data = { state, counts: { open, reserved: 0, final: 0 } } as HelpRequestData;
    const row = { kind: "help_request", id: "r", v: [1, 1, 1], level: "coordinator", data } as const;
    return { ...EMPTY, rows: { ...EMPTY.rows, help_request: new Map([["r", row]]) } };
  };
  const ladder = (asks: string, state: string) => ({ request: "r", asks, state }) as DeliveryData;

  test("of a neighbour is news while places are open and nobody answered", () => {
    expect(isNews(seen("open", 1), ladder("help", "nobody"))).toBe(true);
    expect(isNews(seen("open", 0), ladder("help", "nobody"))).toBe(false);
    expect(isNews(seen("withdrawn", 1), ladder("help", "nobody"))).toBe(false);
    expect(isNews(EMPTY, ladder("help", "nobody"))).toBe(false);
  });

  test("of the own request is news until it is confirmed", () => {
    expect(isNews(seen("provisional", 1), ladder("confirm", "calling"))).toBe(true);
    expect(isNews(seen("open", 1), ladder("confirm", "calling"))).toBe(false);
    expect(isNews(seen("provisional", 1), ladder("confirm", "over"))).toBe(false);
    expect(isNews(seen("provisional", 1), { ...ladder("confirm", "over"), late: true })).toBe(true);
  });
});

test("a yes by keypad is told by what came of it, and a number is dialled without its blanks", () => {
  const yes = { state: "yes", offer: {}, became: null } as unknown as Attempt;
  const answers = [yes, { ...yes, offer: null }, { ...yes, became: "refused" as const }, { ...yes, state: "no" as const }];
  expect(answers.map((each) => answerOf({ asks: "confirm" }, each))).toEqual(["asks_aid", "by_app", "refused", "no"]);
  expect(answerOf({ asks: "help" }, yes)).toBe("yes");
  expect(dialled("+31 (0)53-481 81 81")).toBe("tel:+310534818181");
});

test("a yes that came too late is told as that, and no refused yes looks like good news", () => {
  const refused = (code: string) => ({ state: "yes", offer: {}, became: "refused", refused: code }) as unknown as Attempt;
  const told = ["confirmed_already", "withdrawn", "closed", "needed_by_past", "terms_changed", ""].map((code) => answerOf({ asks: "confirm" }, refused(code)));
  expect(told).toEqual(["late_confirmed_already", "late_withdrawn", "late_closed", "late_needed_by_past", "refused", "refused"]);
  expect(lookOf(refused("closed"))).toBe("refused");
  expect(lookOf({ ...refused(""), became: "confirmed" })).toBe("yes");
});

test("a request that proposes no circle is shown with the municipalities of its region", () => {
  const body = (id: string, region: string, kind = "municipality") => [id, { id, region, kind } as unknown as Organisation] as const;
  const all = new Map([body("A", "VR05"), body("B", "VR05"), body("C", "VR06"), body("D", "VR05", "partnership")]);
  const choice = { way: "region", kilometres: 30, picked: [] } as const;
  expect(circleOf(all, "A", { ...choice, proposed: [] })).toEqual(["B"]);
  expect(circleOf(all, "A", { ...choice, proposed: ["C"] })).toEqual(["C"]);
});

describe("a list that names somebody calls nobody", () => {
  // Three in the afternoon in the Netherlands.
  const now = Date.parse("2026-11-26T14:00:00Z");
  const at = (text: string) => Date.parse(`2026-11-${text}:00Z`);
  const until = (moment: number) => () => moment;

  test("from now on where nobody of them is on duty, and from when the last one's duty ends", () => {
    expect(silentFrom([turn(0, 0)], until(0), now)).toBe(now);
    expect(silentFrom([turn(0, 0)], until(at("26T17:00")), now)).toBe(at("26T17:00"));
    expect(silentFrom([turn(22, 7)], until(at("26T17:00")), now)).toBe(at("26T21:00"));
    expect(silentFrom([turn(22, 7)], until(0), at("26T14:20"))).toBe(at("26T21:00"));
  });

  test("never within a day where somebody stays on duty, or where it names nobody at all", () => {
    expect(silentFrom([turn(0, 0)], until(Infinity), now)).toBeNull();
    expect(silentFrom([turn(22, 7)], until(at("27T07:00")), now)).toBeNull();
    expect(silentFrom([], until(0), now)).toBeNull();
  });
});

describe("the switch of one's duty", () => {
  const day = Date.parse("2026-11-26T14:00:00Z"), evening = Date.parse("2026-11-26T17:00:00Z"), night = Date.parse("2026-11-27T02:10:00Z");
  const told = (now: number) => ends(now).map((each) => each && toLocal(each));

  test("offers today's end where that is some way off, the next eight o'clock, and no end", () => {
    expect(told(day)).toEqual(["2026-11-26T18:00", "2026-11-27T08:00", null]);
    expect(told(evening)).toEqual(["2026-11-27T08:00", null]);
    expect(told(night)).toEqual(["2026-11-27T08:00", "2026-11-27T18:00", null]);
  });

  test("has no end for who is called by a list, nor in the evening", () => {
    expect(usualEnd(day, false)).toBe(ends(day)[0]);
    expect([usualEnd(day, true), usualEnd(evening, false)]).toEqual([null, null]);
  });
});

describe("whether others are called now", () => {
  test("is said by the hour at which it is said, and as it was asked while nobody chose", () => {
    expect([wakeOf(undefined, true), wakeOf(undefined, false), wakeOf("morning", false)]).toEqual(["morning", null, null]);
    expect([wakeOf("now", true), wakeOf("now", false)]).toEqual(["now", "now"]);
    expect([asAsked("not", true), asAsked("morning", true), asAsked("now", true)]).toEqual([undefined, undefined, "now"]);
    expect([asAsked("not", false), asAsked("morning", false), asAsked("now", false)]).toEqual([undefined, "now", "now"]);
  });

  test("goes by a Dutch clock", () => {
    const hours = ["2026-11-26T21:59:00Z", "2026-11-26T22:00:00Z", "2026-11-27T05:59:00Z", "2026-11-27T06:00:00Z"];
    expect(hours.map((each) => asleep(Date.parse(each)))).toEqual([false, true, true, false]);
  });
});
