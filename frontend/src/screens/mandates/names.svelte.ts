/** Names of those who stand on an organisation's list, for its own people; asked once a visit. */
import { directory } from "../../api/directory.svelte";
import { live } from "../../live/store.svelte";
import { read } from "./mandates";
import { said } from "./words";

class Names {
  private known = $state.raw<ReadonlyMap<string, string>>(new Map());
  private readonly asked = new Set<string>();

  /** Fetches the names, where the viewer works there; others never learn them. */
  load(organisation: string): void {
    if (this.asked.has(organisation) || !live.picture.me?.organisations.includes(organisation)) return;
    this.asked.add(organisation);
    void read(organisation).then((answer) => {
      if (!answer.ok) this.asked.delete(organisation);
      else this.known = new Map([...this.known, ...answer.value.people.map((each) => [each.person, each.name] as const)]);
    });
  }

  of(person: string, organisation: string): string {
    return this.known.get(person) ?? said("under.somebody", { organisation: directory.name(organisation) });
  }
}

export const names = new Names();
