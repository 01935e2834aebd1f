/** Sealed cards as the directory tells them. */
import type { Function } from "../../gen/rows";

/** Somebody who waits with a card; the name is what they say. */
export interface Use {
  use: string;
  number: string;
  organisation: string;
  role: Function;
  name: string;
  asked_at: string;
  expires_at: string;
}

/** What stands on a card that was just printed: said once. */
interface Face {
  number: string;
  role: Function;
  words: string;
  link: string;
  page: string;
  printed_at: string;
  expires_at: string;
  /** Whom to call first; empty where the organisation keeps no number. */
  phone: string;
}

export interface Sheet {
  cards: Face[];
  replaced: number;
  pdf: string;
}
