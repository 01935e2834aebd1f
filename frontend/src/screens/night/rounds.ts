/** Ladders that the viewer may see, and whom to phone where one ends without a yes. */
import { IBD_PHONE } from "../../gen/catalogue";
import type { DeliveryData } from "../../gen/rows";
import type { Picture, Seen } from "../../live/picture";

/** Those that match, newest first. */
export function roundsOf(picture: Picture, match: (data: DeliveryData) => boolean): Seen<"delivery">[] {
  return [...picture.rows.delivery.values()]
    .filter((row) => match(row.data))
    .sort((a, b) => b.data.asked_at.localeCompare(a.data.asked_at) || a.id.localeCompare(b.id));
}

/** What the ladder says itself once it is over, else what the list says, else the IBD: somebody is always there. */
export function phoneOf(picture: Picture, data: DeliveryData): string {
  return data.phone || picture.rows.wake_list.get(data.organisation)?.data.phone || IBD_PHONE;
}
