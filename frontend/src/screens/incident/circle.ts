/** A circle as ids, from one of three ways to pick it: what the request proposes (its region), a radius, or by hand. */
import { type Organisation, within } from "../../api/directory.svelte";

export type Way = "region" | "radius" | "picked";

export interface Choice {
  way: Way;
  kilometres: number;
  picked: readonly string[];
  proposed: readonly string[];
}

export function circleOf(all: ReadonlyMap<string, Organisation>, borrower: string, choice: Choice): string[] {
  switch (choice.way) {
    case "region":
      return [...choice.proposed];
    case "radius":
      return within(all, borrower, choice.kilometres);
    case "picked":
      return [...choice.picked];
  }
}

/** Organisations that can lend, whose name holds the text; the ones already picked are left out. */
export function search(
  all: ReadonlyMap<string, Organisation>,
  text: string,
  without: readonly string[],
): Organisation[] {
  const wanted = text.trim().toLowerCase();
  if (wanted.length < 2) return [];
  return [...all.values()]
    .filter((each) => each.name.toLowerCase().includes(wanted) && !without.includes(each.id))
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, 8);
}
