/** What somebody typed in the acute hour, kept on this device until it is sent. */
import { uuid7 } from "../../api/ids";
import type { ResidentService, ServiceState } from "../../gen/rows";

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
}

const MEMORY = "noaber-report";
const PHONE = "noaber-phone";

export function emptyDraft(by = ""): Draft {
  return {
    id: uuid7(),
    by,
    affected: "",
    services: {},
    since: "",
    phone: by ? (localStorage.getItem(`${PHONE}/${by}`) ?? "") : "",
    name: "",
    caller: "",
    description: "",
    pattern: "unknown",
    exercise: false,
  };
}

export function readDraft(): Draft {
  try {
    return { ...emptyDraft(), ...(JSON.parse(localStorage.getItem(MEMORY) ?? "{}") as Partial<Draft>) };
  } catch {
    return emptyDraft();
  }
}

export function keepDraft(draft: Draft): void {
  localStorage.setItem(MEMORY, JSON.stringify(draft));
}

/** The draft as it is for this person: somebody else's on the same device is not theirs to read. */
export function draftFor(person: string, draft: Draft): Draft {
  if (draft.by === person) return draft;
  const own = emptyDraft(person);
  return draft.by ? own : { ...draft, by: person, phone: draft.phone || own.phone };
}

/** It was sent: only the number stays, for the next time. */
export function dropDraft(draft: Draft): void {
  localStorage.removeItem(MEMORY);
  if (draft.by) localStorage.setItem(`${PHONE}/${draft.by}`, draft.phone);
}

/** One tap further: runs, does not, by an emergency route, and back to nothing said. */
export function nextState(state: ServiceState | undefined): ServiceState | undefined {
  if (state === undefined) return "down";
  return state === "down" ? "emergency_route" : undefined;
}
