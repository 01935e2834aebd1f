// Written by `python -m schemas.export`; change the models in schemas/, not this file.

/** Kinds of rows; the same names as the states' types. */
export type Kind = "incident" | "help_request" | "approach" | "commitment" | "log_entry" | "duty" | "lending" | "person" | "card" | "wake_list" | "delivery" | "trust";

/** How much of a row a viewer sees; each level includes the ones before it. */
export type Level = "public" | "asked" | "partner" | "coordinator" | "own";

/** Who is looking: ids, keys and rights, so that the page knows which doors to show. */
export interface Me {
  person: string;
  name: string;
  organisations: string[];
  rights: Record<string, string[]>;
  keys: string[];
}

/** A row that the viewer may no longer see; `v` is the version at which it went. */
export interface Removed {
  kind: Kind;
  id: string;
  v: [number, number, number];
}

/** One row as one level sees it. `data` holds the projected fields; live may add `contact` to it. */
export interface Row {
  kind: Kind;
  id: string;
  v: [number, number, number];
  level: Level;
  data: Record<string, unknown>;
}

/** Rows of one kind, level and fields, by columns: each row is [id, v, value of fields[0], ...]. */
export interface Table {
  kind: Kind;
  level: Level;
  fields: string[];
  rows: unknown[][];
}

/** Everything the viewer may see, and the cursor from which the deltas go on. */
export interface Snapshot {
  cursor: string;
  at: string;
  demonstration: boolean;
  me: Me;
  tables: Table[];
}

/** First frame after a resume; its cursor is the viewer's own, what it missed follows as a delta. */
export interface Hello {
  type: "hello";
  cursor: string;
  at: string;
}

/** What changed since the frame before. */
export interface Delta {
  type: "delta";
  cursor: string;
  at: string;
  changed: Row[];
  removed: Removed[];
}

/** Nothing changed, and the picture is as old as this frame (sent every 5 s of silence). */
export interface Heartbeat {
  type: "heartbeat";
  cursor: string;
  at: string;
}

/** The cursor cannot be resumed: fetch a snapshot. `why` is for the log, not for the screen. */
export interface Reset {
  type: "reset";
  why: string;
}

/** The client's only message, its first: where it was. */
export interface Resume {
  type: "resume";
  cursor: string;
}

/** What the server says on the websocket. */
export type Frame = Hello | Delta | Heartbeat | Reset;
