import { describe, expect, test } from "vitest";
import type { Attempt, DeliveryData, HelpRequestData, Turn } from "../../src/gen/rows";
import { EMPTY, type Picture } from "../../src/live/picture";
import { gaps, isPhone } from "../../src/screens/night/list";
import { answerOf, dialled, isNews } from "../../src/screens/night/rounds";

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
  expect(["", " ", "14 0547", "+31 (0)6-12345678"].map(isPhone)).toEqual([true, true, true, true]);
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
  });
});

test("a yes by keypad is told by what came of it, and a number is dialled without its blanks", () => {
  const yes = { state: "yes", offer: {}, became: null } as unknown as Attempt;
  const answers = [yes, { ...yes, offer: null }, { ...yes, became: "refused" as const }, { ...yes, state: "no" as const }];
  expect(answers.map((each) => answerOf({ asks: "confirm" }, each))).toEqual(["asks_aid", "by_app", "refused", "no"]);
  expect(answerOf({ asks: "help" }, yes)).toBe("yes");
  expect(dialled("+31 (0)53-481 81 81")).toBe("tel:+310534818181");
});
