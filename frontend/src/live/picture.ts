/** The picture: the newest state of every row the viewer may see. `apply` is pure, so it can be tested as an equation. */
import type { DataOf } from "../gen/rows";
import type { Frame, Kind, Level, Me, Removed, Row, Snapshot, Table } from "../gen/wire";

export type Version = readonly [number, number, number];

/** One row, typed by its kind. */
export interface Seen<K extends Kind = Kind> {
  readonly kind: K;
  readonly id: string;
  readonly v: Version;
  readonly level: Level;
  readonly data: DataOf[K];
}

type Rows = { readonly [K in Kind]: ReadonlyMap<string, Seen<K>> };

export interface Picture {
  readonly cursor: string;
  /** The server's time of the newest frame. */
  readonly at: string;
  readonly demonstration: boolean;
  readonly me: Me | null;
  readonly rows: Rows;
  /** Versions of rows that went: an older change that arrives late must not bring one back. */
  readonly gone: ReadonlyMap<string, Version>;
}

const KINDS: readonly Kind[] = [
  "incident",
  "help_request",
  "approach",
  "commitment",
  "log_entry",
  "duty",
  "lending",
  "person",
  "card",
  "wake_list",
  "delivery",
  "trust",
];

function emptyRows(): Record<Kind, Map<string, Seen>> {
  return Object.fromEntries(KINDS.map((kind) => [kind, new Map()])) as Record<Kind, Map<string, Seen>>;
}

export const EMPTY: Picture = {
  cursor: "",
  at: "",
  demonstration: false,
  me: null,
  rows: emptyRows() as Rows,
  gone: new Map(),
};

/** Left to right: (epoch, version, join). Positive if `a` is newer. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** A picture from a snapshot; nothing of an older picture stays. */
export function fromSnapshot(snapshot: Snapshot): Picture {
  const rows = emptyRows();
  for (const table of snapshot.tables) for (const row of rowsOf(table)) rows[row.kind].set(row.id, row);
  const { cursor, at, demonstration, me } = snapshot;
  return { cursor, at, demonstration, me, rows: rows as Rows, gone: new Map() };
}

/** The rows of a columnar table: each is [id, v, value of fields[0], ...]. */
export function rowsOf(table: Table): Seen[] {
  return table.rows.map((columns) => {
    const data: Record<string, unknown> = {};
    table.fields.forEach((field, index) => {
      const value = columns[index + 2];
      // A row without the field has a hole in the table; null is a value of its own.
      if (value !== undefined) data[field] = value;
    });
    const [id, v] = columns as [string, Version];
    return { kind: table.kind, id, v, level: table.level, data } as unknown as Seen;
  });
}

/** The picture after a frame. A reset leaves it as it is: the connection fetches a new snapshot. */
export function apply(picture: Picture, frame: Frame): Picture {
  switch (frame.type) {
    case "hello":
    case "heartbeat":
      return { ...picture, cursor: frame.cursor, at: frame.at };
    case "delta":
      return { ...merge(picture, frame.changed, frame.removed), cursor: frame.cursor, at: frame.at };
    case "reset":
      return picture;
  }
}

/** The picture with rows from the answer to a command; the delta of the same version changes nothing later. */
export function absorb(picture: Picture, rows: readonly Row[]): Picture {
  return merge(picture, rows, []);
}

function merge(picture: Picture, changed: readonly Row[], removed: readonly Removed[]): Picture {
  const draft = new Draft(picture);
  for (const row of changed) draft.put(row as unknown as Seen);
  for (const row of removed) draft.remove(row);
  return draft.done();
}

/** Copies the map of a kind at its first change and no other, since a frame touches few kinds. */
class Draft {
  private readonly rows: Record<Kind, ReadonlyMap<string, Seen>>;
  private readonly copied = new Set<Kind>();
  private gone: Map<string, Version> | null = null;

  constructor(private readonly picture: Picture) {
    this.rows = { ...picture.rows } as Record<Kind, ReadonlyMap<string, Seen>>;
  }

  put(row: Seen): void {
    const known = this.versionOf(row.kind, row.id);
    if (known && compareVersions(row.v, known) <= 0) return;
    this.writable(row.kind).set(row.id, row);
    if (this.goneNow().has(nameOf(row))) this.writableGone().delete(nameOf(row));
  }

  remove(row: Removed): void {
    const known = this.versionOf(row.kind, row.id);
    if (known && compareVersions(row.v, known) < 0) return;
    if (this.rows[row.kind].has(row.id)) this.writable(row.kind).delete(row.id);
    this.writableGone().set(nameOf(row), row.v);
  }

  done(): Picture {
    return { ...this.picture, rows: this.rows as Rows, gone: this.goneNow() };
  }

  private versionOf(kind: Kind, id: string): Version | undefined {
    return this.rows[kind].get(id)?.v ?? this.goneNow().get(nameOf({ kind, id }));
  }

  private goneNow(): ReadonlyMap<string, Version> {
    return this.gone ?? this.picture.gone;
  }

  private writable(kind: Kind): Map<string, Seen> {
    if (!this.copied.has(kind)) {
      this.rows[kind] = new Map(this.rows[kind]);
      this.copied.add(kind);
    }
    return this.rows[kind] as Map<string, Seen>;
  }

  private writableGone(): Map<string, Version> {
    this.gone ??= new Map(this.picture.gone);
    return this.gone;
  }
}

function nameOf(row: { kind: Kind; id: string }): string {
  return `${row.kind}/${row.id}`;
}
