/** Until when one can be on duty: what is offered at a moment, and what the switch means when nothing is chosen. */
import { fromLocal, toLocal } from "../../i18n/time";

const DAY = 24 * 3_600_000;

/** Today's end where that is some way off, and the next eight o'clock, the first one first; null: no end. */
export function ends(now: number): (string | null)[] {
  const eight = fromLocal(`${toLocal(now).slice(11) < "08:00" ? dayOf(now) : dayOf(now + DAY)}T08:00`);
  return [...[endOfWork(now), eight].filter((each) => each !== null).sort(), null];
}

/** Whoever is called by a list has no end: its hours say when that is. */
export const usualEnd = (now: number, listed: boolean): string | null => (listed ? null : endOfWork(now));

const dayOf = (moment: number) => toLocal(moment).slice(0, 10);

const endOfWork = (now: number) => (toLocal(now).slice(11) < "17:30" ? fromLocal(`${dayOf(now)}T18:00`) : null);
