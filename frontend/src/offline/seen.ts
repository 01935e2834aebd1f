/** An incident as somebody last saw it: what its page shows, the names in it, and nothing that gives a right. */
import type { Organisation } from "../api/directory.svelte";
import type { Row } from "../gen/wire";
import { type Picture, EMPTY, absorb } from "../live/picture";
import { commitmentsOf, holds, isGuest, log, requests } from "../live/select";

export interface Glance {
  incident: string;
  /** When it was so, by the server; and when it was kept, in ms by this device, which says when it is too old. */
  at: string;
  kept: number;
  demonstration: boolean;
  /** The incident, its requests, who comes for them, and its log; each no further than this person saw it. */
  rows: Row[];
  /** Names of the organisations in it: id and name. */
  names: [string, string][];
}

/**
 * Null where there is nothing to keep: the incident is not there for this person, or they are a guest. Their time may end
 * while this device hears of nothing.
 */
export function glanceOf(picture: Picture, incident: string, all: ReadonlyMap<string, Organisation>, now: number): Glance | null {
  const { at, demonstration, me } = picture;
  const itself = picture.rows.incident.get(incident);
  if (!itself?.data.affected || !me || isGuest(me)) return null;
  const coming = commitmentsOf(picture, (data) => data.incident === incident && holds(data));
  const rows = [itself, ...requests(picture, incident), ...coming, ...log(picture, incident)] as unknown as Row[];
  const text = JSON.stringify(rows);
  const names = [...all.values()].filter(({ id }) => text.includes(id)).map(({ id, name }): [string, string] => [id, name]);
  return { incident, at, kept: now, demonstration, rows, names };
}

/** Nobody looks at it (`me` is null): so no page offers to change what it shows. */
export function pictureOf({ at, demonstration, rows }: Glance): Picture {
  return { ...absorb(EMPTY, rows), at, demonstration };
}

/** What its page is called. */
export function titleOf({ incident, rows, names }: Glance): string {
  const affected = (rows.find((row) => row.id === incident)?.data["affected"] ?? []) as { organisation: string }[];
  const known = new Map(names);
  return affected.map(({ organisation }) => known.get(organisation) ?? organisation).join(", ");
}
