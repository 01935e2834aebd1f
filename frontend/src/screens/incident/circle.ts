/** A circle as ids, from one of three ways to pick it: what the request proposes (its region), a radius, or by hand. */
import type { Organisation } from "../../api/directory.svelte";

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
      // A request from before circles were proposed carries none.
      return choice.proposed.length > 0 ? [...choice.proposed] : inRegion(all, borrower);
    case "radius":
      return within(all, borrower, choice.kilometres);
    case "picked":
      return [...choice.picked];
  }
}

/** The municipalities that lie in the same safety region, without the organisation itself. */
function inRegion(all: ReadonlyMap<string, Organisation>, id: string): string[] {
  const region = all.get(id)?.region;
  if (!region) return [];
  return [...all.values()]
    .filter((each) => each.kind === "municipality" && each.region === region && each.id !== id)
    .map((each) => each.id);
}

/** Kilometres between two places over the globe. */
function distance(a: Organisation, b: Organisation): number | null {
  if (a.latitude === null || a.longitude === null || b.latitude === null || b.longitude === null) return null;
  const radians = Math.PI / 180;
  const x = (b.longitude - a.longitude) * radians * Math.cos(((a.latitude + b.latitude) / 2) * radians);
  const y = (b.latitude - a.latitude) * radians;
  // Flat enough: over the 300 km of the country this is off by less than a kilometre.
  return Math.hypot(x, y) * 6371;
}

/** Municipalities within so many kilometres, nearest first, without the organisation itself. */
function within(all: ReadonlyMap<string, Organisation>, id: string, kilometres: number): string[] {
  const centre = all.get(id);
  if (!centre) return [];
  return [...all.values()]
    .filter((each) => each.kind === "municipality" && each.id !== id)
    .map((each) => ({ id: each.id, far: distance(centre, each) ?? Infinity }))
    .filter((each) => each.far <= kilometres)
    .sort((a, b) => a.far - b.far)
    .map((each) => each.id);
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
