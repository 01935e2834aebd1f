/** What waits for a desk's yes: per request its own approach, if any, and the reservations of its people. */
import type { Picture, Seen } from "../../live/picture";
import { commitmentsOf } from "../../live/select";

export interface DeskAsk {
  lender: string;
  request: Seen<"help_request">;
  approach: Seen<"approach"> | null;
  /** Reservations of own people that wait for the lender. */
  waiting: Seen<"commitment">[];
}

export function asksOf(lenders: readonly string[], approaches: readonly Seen<"approach">[], picture: Picture): DeskAsk[] {
  const found = new Map<string, DeskAsk>();
  const at = (lender: string, id: string): DeskAsk | null => {
    const request = picture.rows.help_request.get(id);
    if (!request) return null;
    const ask = found.get(lender + id) ?? { lender, request, approach: null, waiting: [] };
    found.set(lender + id, ask);
    return ask;
  };
  for (const approach of approaches) {
    const ask = at(approach.data.lender, approach.data.request);
    if (ask) ask.approach = approach;
  }
  const waits = commitmentsOf(
    picture,
    (data) => data.state === "reserved" && data.waits_for.includes("lender") && lenders.includes(data.lender),
  );
  for (const commitment of waits) at(commitment.data.lender, commitment.data.request)?.waiting.push(commitment);
  return [...found.values()].sort((a, b) => (a.request.data.needed_by < b.request.data.needed_by ? -1 : 1));
}
