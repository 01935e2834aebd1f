/** How a list of new people is read that somebody pastes or brings in a file. */
import { uuid7 } from "../../api/ids";
import { FUNCTIONS } from "../../gen/catalogue";
import type { Function } from "../../gen/rows";
import type { Job } from "./people";

/** A line of a pasted list: somebody, or what is wrong with it. `id` stays, so that sent twice is brought in once. */
export interface Line {
  id: string;
  text: string;
  job: Job | null;
  wrong: "phone" | "name" | "function" | "known" | null;
  /** What was not understood. */
  odd: string;
}

/** Ten digits of here, or the whole number with its country: what the telephone's provider takes. */
const PHONE = /^(0[1-9]\d{8}|060\d{7}|(\+|00)[1-9]\d{7,14})$/;
const callable = (cell: string) => PHONE.test(cell.replaceAll("(0)", "").replace(/[\s().\-/]/g, ""));
const HEADS = new Set(["naam", "name", "medewerker", "employee"]);

const plain = (text: string) => text.trim().toLocaleLowerCase("nl");

const BY_NAME: ReadonlyMap<string, Function> = new Map(
  (Object.entries(FUNCTIONS) as [Function, (typeof FUNCTIONS)[Function]][]).flatMap(([code, names]) =>
    [code, names.nl, names.en, names.short?.nl, names.short?.en].flatMap((name) => (name ? [[plain(name), code] as const] : [])),
  ),
);

/**
 * Rows of cells, as they come out of a table or a CSV file, as people: a number is the one that looks like one, the name
 * stands before all else, and the rest are functions. A first row of headings is passed over. A line that stood there
 * `before` keeps its id: what is sent again after a lost answer is the same person.
 */
export function linesOf(rows: readonly (readonly string[])[], known: readonly Reached[], before: readonly Line[] = []): Line[] {
  const there = new Set(known.map(signature));
  const ids = new Map<string, string[]>();
  for (const { text, id } of before) ids.set(text, [...(ids.get(text) ?? []), id]);
  return rows
    .map((row) => row.map((cell) => cell.trim()).filter((cell) => cell !== ""))
    .filter((row, at) => row.length > 0 && !(at === 0 && row.some((cell) => HEADS.has(plain(cell)))))
    .map((row) => lineOf(row, there, (text) => ids.get(text)?.shift() ?? uuid7()));
}

type Reached = Pick<Job, "name" | "phone">;

/** Namesakes there are; with the same number too it is the same person. */
const signature = ({ name, phone }: Reached) => `${plain(name)} ${phone.replace(/\D/g, "")}`;

function lineOf(row: readonly string[], there: ReadonlySet<string>, idOf: (text: string) => string): Line {
  const phone = row.find(callable) ?? "";
  const [name = "", ...rest] = row.filter((cell) => cell !== phone);
  const found = rest.map((cell) => [cell, BY_NAME.get(plain(cell))] as const);
  const odd = found.find(([, code]) => !code)?.[0] ?? "";
  const wrong = !phone ? "phone" : !name ? "name" : odd ? "function" : there.has(signature({ name, phone })) ? "known" : null;
  const functions = [...new Set(found.flatMap(([, code]) => (code ? [code] : [])))];
  const text = row.join("; ");
  return { id: idOf(text), text, job: wrong ? null : { name, phone, functions, rights: [] }, wrong, odd: wrong === "function" ? odd : "" };
}
