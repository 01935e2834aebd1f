/** What is said when help is asked for, and the command that comes of it. */
import { uuid7 } from "../../api/ids";
import type { Function, Wake, Where } from "../../gen/rows";
import { fromLocal, toLocal } from "../../i18n/time";

export interface Ask {
  /** Of the request: kept with the rest, so that what is sent again after a lost answer is the same request. */
  id: string;
  wanted: Function;
  number: number;
  where: Where;
  /** Drafts from before this was asked have none. */
  wake?: Wake | undefined;
  /** Local date and time in Amsterdam, as are `ends`. */
  neededBy: string;
  place: string;
  ends: string;
  /** Separated by commas. */
  systems: string;
  note: string;
}

export const ASK_PATH = "/api/aid/requests";

/** Hours from now within which help is needed, where nothing else is said. */
export const USUAL_HOURS = 6;

/** The name under which it is kept on this device. */
export function shelvedAsk(person: string, incident: string): string {
  return `ask/${person}/${incident}`;
}

export function emptyAsk(): Ask {
  return {
    id: uuid7(),
    wanted: "backup_recovery",
    number: 1,
    where: "on_site",
    neededBy: toLocal(Date.now() + USUAL_HOURS * 3_600_000),
    place: "",
    ends: "",
    systems: "",
    note: "",
  };
}

/** The command. `wake`: what is said about calling others. */
export function requestOf(ask: Ask, incident: string, borrower: string | undefined, wake: Wake | null) {
  const { id, number, where, place, note } = ask;
  return {
    id,
    incident,
    borrower,
    function: ask.wanted,
    number,
    where,
    wake,
    needed_by: fromLocal(ask.neededBy),
    ends: ask.ends ? fromLocal(ask.ends) : null,
    place,
    systems: ask.systems.split(",").map((each) => each.trim()).filter(Boolean),
    note,
  };
}
