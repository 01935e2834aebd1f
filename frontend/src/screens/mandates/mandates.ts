/** The list of mandates as the directory tells it, and an entry as a form holds it. */
import { type Answer, get } from "../../api/http";
import { uuid7 } from "../../api/ids";

export const ACTS = ["confirm", "lend", "coordinate", "share"] as const;
export type Act = (typeof ACTS)[number];

interface Mandate {
  id: string;
  person: string;
  acts: Act[];
  deputy_for: string | null;
  starts: string | null;
  until: string | null;
  euros: number | null;
  days: number | null;
  people: number | null;
}

export interface Listed {
  mandates: { number: number; entries: Mandate[]; two_persons: Act[]; changed_at: string } | null;
  people: { person: string; name: string; acts: Act[] }[];
}

export const pathOf = (organisation: string) => `/api/directory/organisations/${organisation}/mandates`;

export const read = (organisation: string): Promise<Answer<Listed>> => get<Listed>(pathOf(organisation), "no-store");

/** An entry as it is typed: everything a text, days as the calendar shows them. */
export interface Draft {
  id: string;
  person: string;
  acts: Act[];
  deputy_for: string;
  from: string;
  to: string;
  euros: string | number;
  days: string | number;
  people: string | number;
}

export function draftOf(entry: Mandate): Draft {
  return {
    id: entry.id,
    person: entry.person,
    acts: [...entry.acts],
    deputy_for: entry.deputy_for ?? "",
    from: entry.starts ? dayOf(new Date(entry.starts)) : "",
    // `until` is the first moment outside; people read the last day that counts.
    to: entry.until ? dayOf(new Date(Date.parse(entry.until) - 1)) : "",
    euros: entry.euros ?? "",
    days: entry.days ?? "",
    people: entry.people ?? "",
  };
}

export function newDraft(person: string, acts: Act[]): Draft {
  return { id: uuid7(), person, acts, deputy_for: "", from: "", to: "", euros: "", days: "", people: "" };
}

export function entryOf(draft: Draft): Mandate {
  return {
    id: draft.id,
    person: draft.person,
    acts: ACTS.filter((act) => draft.acts.includes(act)),
    deputy_for: draft.deputy_for || null,
    starts: draft.from ? startOf(draft.from, 0) : null,
    until: draft.to ? startOf(draft.to, 1) : null,
    euros: numberOf(draft.euros),
    days: numberOf(draft.days),
    people: numberOf(draft.people),
  };
}

/** Empty is no limit; a number field hands over a number or nothing. */
function numberOf(typed: string | number | null): number | null {
  return typed === "" || typed === null ? null : Number(typed);
}

function startOf(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

function dayOf(moment: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}
