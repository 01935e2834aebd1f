/** A problem in the reader's language: the server's own words, else ours for the code, else a plain excuse. */
import { code, t, words } from "../i18n/index.svelte";
import type { Problem } from "./http";

export function problemText(problem: Problem): string {
  const said = problem.detail?.[words.language];
  if (said) return said;
  return words.has(`problem.${problem.code}`) ? code("problem", problem.code) : t("problem.other");
}

export interface Taken {
  lenders: string[];
  open: { request: string; function: string }[];
}

/** Who has it and what else is open, from the facts of a `taken`; null for every other problem. */
export function takenFacts(problem: Problem): Taken | null {
  if (problem.code !== "taken") return null;
  const facts = problem.facts as { commitments?: { lender: string }[]; open?: Taken["open"] };
  return { lenders: (facts.commitments ?? []).map((each) => each.lender), open: facts.open ?? [] };
}
