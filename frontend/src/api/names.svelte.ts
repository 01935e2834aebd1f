/** Names of an organisation's people, for its own; asked once a visit. */
import { live } from "../live/store.svelte";
import type { Answer } from "./http";

type Read = (organisation: string) => Promise<Answer<{ people: { person: string; name: string }[] }>>;

export class Names {
  private known = $state.raw<ReadonlyMap<string, string>>(new Map());
  private readonly asked = new Set<string>();

  constructor(private readonly read: Read) {}

  /** Fetches the names, where the viewer works there; others never learn them. */
  load(organisation: string): void {
    if (this.asked.has(organisation) || !live.picture.me?.organisations.includes(organisation)) return;
    this.asked.add(organisation);
    void this.read(organisation).then((answer) => {
      if (!answer.ok) this.asked.delete(organisation);
      else this.known = new Map([...this.known, ...answer.value.people.map((each) => [each.person, each.name] as const)]);
    });
  }

  of(person: string): string | undefined {
    return this.known.get(person);
  }
}
