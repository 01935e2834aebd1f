/** The people of an organisation as the directory tells them to an administrator. */
import { type Answer, get, post } from "../../api/http";
import { uuid7 } from "../../api/ids";
import type { Function, Right } from "../../gen/rows";
import type { NumberWaiting } from "./numbers";
import { pathOf } from "./path";

/** What an administrator gives and takes. */
export const RIGHTS = ["report", "mandate", "lend", "administer"] as const satisfies readonly Right[];
export type Given = (typeof RIGHTS)[number];

export interface Job {
  name: string;
  phone: string;
  functions: Function[];
  rights: Given[];
}

export interface Member {
  person: string;
  name: string;
  phone: string;
  functions: Function[];
  rights: Right[];
  checked_on: string | null;
  due: boolean;
  keys: number;
  /** A number that counts once a second person says yes. */
  waiting: NumberWaiting | null;
}

export interface Staff {
  people: Member[];
}

export const read = (organisation: string): Promise<Answer<Staff>> => get<Staff>(pathOf(organisation), "no-store");

/** Says that these still work there as it stands. */
export const check = (organisation: string, people: string[]): Promise<Answer<Staff>> =>
  post<Staff>(`${pathOf(organisation)}/check`, { people }, uuid7());

export function jobOf({ name, phone, functions, rights }: Member): Job {
  return { name, phone, functions: [...functions], rights: RIGHTS.filter((each) => rights.includes(each)) };
}
