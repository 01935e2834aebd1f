/** What the directory says in public: organisations by id, asked once. */
import { get } from "./http";

export interface Organisation {
  id: string;
  kind: "municipality" | "partnership" | "safety_region" | "csirt";
  name: string;
  region: string | null;
  province: string | null;
  population: number | null;
  latitude: number | null;
  longitude: number | null;
  delivers_ict_to: string[];
  fictitious: boolean;
}

export interface DemoPerson {
  person: string;
  name: string;
  organisation: string;
  functions: string[];
  rights: string[];
  host: string | null;
  blurb: { nl: string; en: string } | null;
}

export interface Colleague {
  person: string;
  name: string;
  functions: string[];
}

class Directory {
  organisations = $state.raw<ReadonlyMap<string, Organisation>>(new Map());
  /** Names that this device kept, for a picture that it kept. */
  kept = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Of what is asked for or there: nothing, of some, of all. */
  private asked: "none" | "some" | "all" = "none";

  /** All of them, or these alone with those that they run the ICT of: 1 KB instead of 12 on a slow line. */
  async load(only: readonly string[] | null = null): Promise<void> {
    if (this.asked === "all" || (only && this.asked === "some")) return;
    const before = this.asked;
    const wanted = (this.asked = only ? "some" : "all");
    const query = only ? `?${new URLSearchParams(only.map((each) => ["of", each]))}` : "";
    const answer = await get<{ organisations: Organisation[] }>(`/api/directory/organisations${query}`);
    if (!answer.ok) {
      if (this.asked === wanted) this.asked = before;
      return;
    }
    // Few that come late do not take the place of all.
    if (this.asked === wanted) this.organisations = new Map(answer.value.organisations.map((each) => [each.id, each]));
  }

  /** The name, or the id until the names are there. */
  name(id: string | null | undefined): string {
    return id ? (this.organisations.get(id)?.name ?? this.kept.get(id) ?? id) : "";
  }
}

export const directory = new Directory();
