/** Who of an organisation is on duty, looked at again and again while a page shows it; and from when on a list calls nobody. */
import { get } from "../../api/http";
import type { Turn } from "../../gen/rows";
import { toLocal } from "../../i18n/time";
import { covers } from "./list";

const EACH_MS = 30_000;
const HOUR = 3_600_000;
const DAY_HOURS = 24;

/** `until` null: until they switch it off. */
interface OnDuty {
  people: { person: string; until: string | null }[];
}

class Duties {
  /** Person -> ms until when they are on duty; null: not known (yet). */
  known = $state.raw<ReadonlyMap<string, number> | null>(null);
  private organisation = "";

  /** Looks until the function that this gives is called. */
  watch(organisation: string): () => void {
    this.organisation = organisation;
    this.known = null;
    void this.look(organisation);
    const again = setInterval(() => void this.look(organisation), EACH_MS);
    return () => clearInterval(again);
  }

  /** Ms; 0 for who is not on duty. */
  until(person: string): number {
    return this.known?.get(person) ?? 0;
  }

  private async look(organisation: string) {
    const answer = await get<OnDuty>(`/api/aid/duty?organisation=${organisation}`, "no-store");
    if (!answer.ok || organisation !== this.organisation) return;
    this.known = new Map(answer.value.people.map(({ person, until }) => [person, until ? Date.parse(until) : Infinity]));
  }
}

export const duties = new Duties();

/**
 * From when on, within a day, the list calls nobody though it names somebody for that hour: nobody of them is on duty.
 * `until`: as above. Hours for which it names nobody are told as its gaps.
 */
export function silentFrom(turns: readonly Turn[], until: (person: string) => number, now: number): number | null {
  const moments = Array.from({ length: DAY_HOURS }, (_, each) => (each ? (Math.floor(now / HOUR) + each) * HOUR : now));
  const silent = moments.find((moment) => {
    const meant = turns.filter((turn) => covers(turn, Number(toLocal(moment).slice(11, 13))));
    return meant.length > 0 && !meant.some((turn) => until(turn.person) > moment);
  });
  return silent ?? null;
}
