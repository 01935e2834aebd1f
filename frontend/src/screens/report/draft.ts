/** What somebody typed in the acute hour, kept on this device until it is sent. */
import { uuid7 } from "../../api/ids";
import type { ResidentService, ServiceState } from "../../gen/rows";
import type { Ask } from "../incident/asking";

export interface Draft {
  /** Of the incident: kept with the rest, so that what is sent again after a lost answer is the same report. */
  id: string;
  /** The person who typed this; empty until that is known. */
  by: string;
  affected: string;
  services: Partial<Record<ResidentService, ServiceState>>;
  /** Local date and time in Amsterdam; empty: nothing chosen yet. */
  since: string;
  phone: string;
  name: string;
  caller: string;
  description: string;
  pattern: string;
  exercise: boolean;
  /** What is asked for in one go with the report; null where nothing is. */
  help: Ask | null;
}

export function emptyDraft(by = ""): Draft {
  return {
    id: uuid7(),
    by,
    affected: "",
    services: {},
    since: "",
    phone: "",
    name: "",
    caller: "",
    description: "",
    pattern: "unknown",
    exercise: false,
    help: null,
  };
}

/** Fetched when there is something to keep: the form itself does not wait for it. */
const memory = async () => (await import("../../offline/device")).vault;

/** The name under which it is kept. */
export function shelved(person: string): string {
  return `report/${person}`;
}

/** What this person typed here before, or nothing. */
export async function readDraft(person: string): Promise<Draft | null> {
  const kept = await (await memory()).read<Partial<Draft>>(shelved(person));
  return kept && { ...emptyDraft(person), ...kept };
}

/** Only with a name: what nobody is known to have typed is not kept. */
export async function keepDraft(draft: Draft): Promise<void> {
  if (!draft.by) return;
  if (untouched(draft)) await dropDraft(draft);
  else await (await memory()).keepTyped(shelved(draft.by), draft);
}

function untouched(draft: Draft): boolean {
  return JSON.stringify(draft) === JSON.stringify({ ...emptyDraft(draft.by), id: draft.id });
}

/**
 * The draft as it is for this person: somebody else's on the same device is not theirs to read. What was typed before
 * it was known who sits here goes before what was kept.
 */
export function draftFor(person: string, draft: Draft, kept: Draft | null): Draft {
  if (draft.by === person) return draft;
  const own = kept ?? emptyDraft(person);
  if (draft.by) return own;
  const plain: object = emptyDraft();
  const typed = Object.entries(draft).filter(
    ([field, value]) => field !== "id" && JSON.stringify(value) !== JSON.stringify(plain[field as keyof typeof plain]),
  );
  return { ...own, ...(Object.fromEntries(typed) as Partial<Draft>), by: person };
}

/** It was sent, or waits for the network elsewhere. */
export async function dropDraft(draft: Draft): Promise<void> {
  if (draft.by) await (await memory()).drop(shelved(draft.by));
}

/** One tap further: runs, does not, by an emergency route, and back to nothing said. */
export function nextState(state: ServiceState | undefined): ServiceState | undefined {
  if (state === undefined) return "down";
  return state === "down" ? "emergency_route" : undefined;
}
