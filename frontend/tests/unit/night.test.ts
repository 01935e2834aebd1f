import { describe, expect, test } from "vitest";
import type { Turn } from "../../src/gen/rows";
import { gaps, isPhone } from "../../src/screens/night/list";

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
