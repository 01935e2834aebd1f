/** The request for help that goes with a report: sent after it, or kept behind it where there is no network. */
import type { Letter } from "../../offline/device";
import type { Sending } from "../../ui/sending.svelte";
import { toLocal } from "../../i18n/time";
import { ASK_PATH, type Ask, USUAL_HOURS, requestOf, shelvedAsk } from "../incident/asking";
import { asleep, wakeOf } from "../incident/wake";

/** For which incident help is asked, for whom, and by whom; `now`: ms. */
interface Occasion {
  incident: string;
  borrower: string;
  person: string;
  now: number;
}

/** What became of it; `lost`: no answer came, so it may wait on this device. */
export type Asked = "sent" | "lost" | "refused";

/** Counted from when it is sent, as the form says: a draft of last night must not ask for help by this morning. */
const commandOf = (ask: Ask, { incident, borrower, now }: Occasion) =>
  requestOf({ ...ask, neededBy: toLocal(now + USUAL_HOURS * 3_600_000) }, incident, borrower, wakeOf(ask.wake, asleep(now)));

/** Sends it. Why it was refused stands in `sending`; the same one again is the same request. */
export async function askToo(sending: Sending, ask: Ask, occasion: Occasion): Promise<Asked> {
  const answer = await sending.send(ASK_PATH, commandOf(ask, occasion));
  if (sending.problem?.code === "unreachable") return "lost";
  return answer || sending.problem?.code === "exists" ? "sent" : "refused";
}

/** The same as a letter that waits; where it is refused later, the incident's own form has it back. */
export function letterOf(sending: Sending, ask: Ask, occasion: Occasion): Letter {
  const body = commandOf(ask, occasion);
  const { person, incident } = occasion;
  const form = { name: shelvedAsk(person, incident), typed: { ...ask, open: true } };
  return { key: sending.keyOf(ASK_PATH, body), person, kind: "request", path: ASK_PATH, body, form };
}
