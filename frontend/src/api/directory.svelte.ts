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

/** Kilometres between two places over the globe. */
export function distance(a: Organisation, b: Organisation): number | null {
  if (a.latitude === null || a.longitude === null || b.latitude === null || b.longitude === null) return null;
  const radians = Math.PI / 180;
  const x = (b.longitude - a.longitude) * radians * Math.cos(((a.latitude + b.latitude) / 2) * radians);
  const y = (b.latitude - a.latitude) * radians;
  // Flat enough: over the 300 km of the country this is off by less than a kilometre.
  return Math.hypot(x, y) * 6371;
}

/** Municipalities within so many kilometres, nearest first, without the organisation itself. */
export function within(all: ReadonlyMap<string, Organisation>, id: string, kilometres: number): string[] {
  const centre = all.get(id);
  if (!centre) return [];
  return [...all.values()]
    .filter((each) => each.kind === "municipality" && each.id !== id)
    .map((each) => ({ id: each.id, far: distance(centre, each) ?? Infinity }))
    .filter((each) => each.far <= kilometres)
    .sort((a, b) => a.far - b.far)
    .map((each) => each.id);
}
