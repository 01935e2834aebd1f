/** Whom a desk is offered to call back: colleagues who are out while their own organisation is hit itself. */
import type { Picture, Seen } from "../../live/picture";
import { commitmentsOf, holds, openIncidents } from "../../live/select";

export interface Recall {
  lender: string;
  incident: string;
  out: Seen<"commitment">[];
}

/** An exercise hits nobody; who is out for one is offered like everybody else, since home comes first. */
export function recallsOf(lenders: readonly string[], picture: Picture, now: number): Recall[] {
  const real = openIncidents(picture).filter((row) => !row.data.exercise);
  return lenders.flatMap((lender) => {
    const incident = real.find((row) => row.data.affected?.some((each) => each.organisation === lender));
    if (!incident) return [];
    const out = commitmentsOf(picture, (data) => holds(data) && data.lender === lender && Date.parse(data.ends) > now);
    return out.length > 0 ? [{ lender, incident: incident.id, out }] : [];
  });
}
