/** The switch as the directory tells it, and who may throw it. */
import type { TrustData } from "../../gen/rows";
import type { Me } from "../../gen/wire";
import { withRight } from "../../live/select";
import type { Picture } from "../../live/picture";

/** What an act of the switch left: `out` says whether one's own session is over too. */
export interface Thrown {
  organisation: string;
  distrusted: boolean;
  ended: number;
  out: boolean;
}

/** Whose own switch somebody may throw; the IBD throws anybody's. */
export function switchesOf(me: Me | null): string[] {
  return [...new Set([...withRight(me, "mandate"), ...withRight(me, "administer")])].sort();
}

export function isIbd(me: Me | null): boolean {
  return withRight(me, "ibd").length > 0;
}

/** Whom not to believe, newest first. */
export function distrusted(picture: Picture): TrustData[] {
  return [...picture.rows.trust.values()]
    .map((row) => row.data)
    .filter((each) => each.distrusted)
    .sort((a, b) => Date.parse(b.since) - Date.parse(a.since) || (a.id < b.id ? -1 : 1));
}
