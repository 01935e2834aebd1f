/** Who was last signed in here, so that a form that opens without network knows for whom it is; gone after a day. */
import type { Organisation } from "../api/directory.svelte";
import type { Me } from "../gen/wire";
import { withRight } from "../live/select";
import { vault } from "./vault";

export interface Who {
  person: string;
  /** Whether this person reports on behalf of somebody who calls. */
  ibd: boolean;
  /** Organisations that this person may report for: id and name, by name. */
  mayReportFor: [string, string][];
}

/** What somebody may report for: their own organisations and those that these run the ICT of; the IBD for all. */
export function whoIs(me: Me, organisations: ReadonlyMap<string, Organisation>): Who {
  const ibd = withRight(me, "ibd").length > 0;
  const own = withRight(me, "report");
  const members = own.flatMap((each) => organisations.get(each)?.delivers_ict_to ?? []);
  const everyone = [...organisations.values()].filter((each) => each.kind === "municipality").map((each) => each.id);
  const ids = ibd ? everyone : [...new Set([...own, ...members])];
  const named = ids.map((each): [string, string] => [each, organisations.get(each)?.name ?? ""]);
  return { person: me.person, ibd, mayReportFor: named.sort((a, b) => a[1].localeCompare(b[1])) };
}

class LastHere {
  /** Null while nobody is known. */
  who = $state.raw<Who | null>(null);

  async recall(): Promise<void> {
    const kept = await vault.read<Who>("who");
    this.who ??= kept;
  }

  async remember(who: Who): Promise<void> {
    this.who = who;
    await vault.keep("who", who);
  }

  async forget(): Promise<void> {
    this.who = null;
    await vault.drop("who");
  }
}

export const lastHere = new LastHere();
