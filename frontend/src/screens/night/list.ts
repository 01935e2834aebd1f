/** The wake-up list as the directory tells it to who keeps it, and what its hours leave open. */
import { type Answer, get } from "../../api/http";
import { withPhone } from "../../api/phone";
import type { Turn } from "../../gen/rows";

export interface Listed {
  /** Which version it is; 0: none was kept. */
  number: number;
  turns: Turn[];
  minutes: number;
  phone: string;
  /** Colleagues; `callable`: there is a number of theirs that can be called. */
  people: { person: string; name: string; callable: boolean }[];
}

export interface Wanted {
  organisation: string;
  after: number;
  turns: Turn[];
  minutes: number;
  phone: string;
}

const PATH = "/api/directory/wake-list";

export const read = (organisation: string): Promise<Answer<Listed>> =>
  get<Listed>(`${PATH}?organisation=${organisation}`, "no-store");

/** The same list sent again after silence makes no newer one: it is as it was asked for. */
export const keep = (wanted: Wanted): Promise<Answer<Listed>> =>
  withPhone((phone) => phone.proven<Listed>("wake_list", PATH, wanted));

/** Empty, or a number as the server takes it (`Phone` in schemas/values.py). */
/** A town hall's short number, 14 and the area code, counts as a number with its space alone: 14030 has five digits. */
export const asPhone = (typed: string) => typed.trim().replace(/^14(?=\d{3}$)/, "14 ");

export const isPhone = (typed: string) => /^(\+?[0-9][0-9 ()-]{5,24})?$/.test(asPhone(typed));

export const hourText = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

/** Over midnight too; the same hour twice is all day. */
export function covers({ from_hour, to_hour }: Turn, hour: number): boolean {
  if (from_hour < to_hour) return from_hour <= hour && hour < to_hour;
  return from_hour === to_hour || hour >= from_hour || hour < to_hour;
}

/** Hours at which nobody of these may be called, as spans [from, to]; none where nobody stands there at all. */
export function gaps(turns: readonly Turn[]): [number, number][] {
  const open = Array.from({ length: 24 }, (_, hour) => !turns.some((turn) => covers(turn, hour)));
  const starts = open.flatMap((is, hour) => (is && !open[(hour + 23) % 24] ? [hour] : []));
  return starts.map((from) => {
    let to = from;
    while (open[to % 24]) to += 1;
    return [from, to % 24];
  });
}
