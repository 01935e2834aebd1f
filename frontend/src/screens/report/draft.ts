/** What somebody typed in the acute hour, kept on this device until it is sent. */
import type { ResidentService, ServiceState } from "../../gen/rows";

export interface Draft {
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

export function emptyDraft(): Draft {
  const draft: Draft = {
    affected: "",
    services: {},
    since: "",
    phone: "",
    name: "",
    caller: "",
    description: "",
    pattern: "unknown",
    exercise: false,
  };
  return { ...draft, phone: localStorage.getItem(PHONE) ?? "" };
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

/** It was sent: only the number stays, for the next time. */
export function dropDraft(draft: Draft): void {
  localStorage.removeItem(MEMORY);
  localStorage.setItem(PHONE, draft.phone);
}

/** One tap further: runs, does not, by an emergency route, and back to nothing said. */
export function nextState(state: ServiceState | undefined): ServiceState | undefined {
  if (state === undefined) return "down";
  return state === "down" ? "emergency_route" : undefined;
}
