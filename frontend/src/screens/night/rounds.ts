/** Ladders that the viewer may see, and whom to phone where one ends without a yes. */
import { IBD_PHONE } from "../../gen/catalogue";
import type { Attempt, AttemptState, Became, DeliveryData } from "../../gen/rows";
import type { Picture, Seen } from "../../live/picture";

/** Those that match, newest first. */
export function roundsOf(picture: Picture, match: (data: DeliveryData) => boolean): Seen<"delivery">[] {
  return [...picture.rows.delivery.values()]
    .filter((row) => match(row.data))
    .sort((a, b) => b.data.asked_at.localeCompare(a.data.asked_at) || a.id.localeCompare(b.id));
}

/** Whether a ladder of which only the outcome is read is news: a neighbour's counts while places are open. */
export function isNews(picture: Picture, data: DeliveryData): boolean {
  if (data.attempts) return true;
  const asked = picture.rows.help_request.get(data.request)?.data;
  if (data.asks === "confirm") return asked?.state === "provisional" && (data.state === "calling" || data.state === "nobody" || data.late === true);
  return data.state === "nobody" && asked?.state === "open" && (asked.counts.open ?? 0) > 0;
}

/** Refusals of a yes that came too late: whoever said it has nothing left to do. */
const LATE = ["confirmed_already", "withdrawn", "closed", "needed_by_past"] as const;

/** What somebody's yes by keypad came to: the end of a key of `words`. */
export function answerOf(
  { asks }: Pick<DeliveryData, "asks">,
  { state, offer, became, refused }: Attempt,
): AttemptState | Became | `late_${(typeof LATE)[number]}` | "asks_aid" | "by_app" {
  if (asks !== "confirm" || state !== "yes") return state;
  const late = became === "refused" && LATE.find((each) => each === refused);
  if (late) return `late_${late}`;
  return became ?? (offer ? "asks_aid" : "by_app");
}

/** How it stands in the log: a yes that a rule refused is no good news, though the key was pressed. */
export function lookOf({ state, became }: Attempt): AttemptState | "refused" {
  return state === "yes" && became === "refused" ? "refused" : state;
}

/** A number as a link dials it. */
export const dialled = (phone: string): string => `tel:${phone.replaceAll(/[ ()-]/g, "")}`;

/** What the ladder says itself once it is over, else what the list says, else the IBD: somebody is always there. */
export function phoneOf(picture: Picture, data: DeliveryData): string {
  return data.phone || picture.rows.wake_list.get(data.organisation)?.data.phone || IBD_PHONE;
}
