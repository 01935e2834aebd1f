/** A problem in the reader's language: the server's own words, else ours for the code, else a plain excuse. */
import { type Key, code, t, words } from "../i18n/index.svelte";
import type { Problem } from "./http";

/** Where the page knows better than the server what stands beside its words: which fields, and what was kept. */
const OURS: ReadonlySet<string> = new Set(["unavailable", "invalid", "not_signed_in"]);

export function problemText(problem: Problem): string {
  const wrong = problem.code === "invalid" ? wrongFields(problem) : [];
  if (wrong.length > 0) return t("problem.invalid_fields", { fields: wrong.join(" ") });
  if (OURS.has(problem.code)) return code("problem", problem.code);
  const said = problem.detail?.[words.language];
  if (said) return said;
  return words.has(`problem.${problem.code}`) ? code("problem", problem.code) : t("problem.other");
}

/** By the label that the page gives them; a field without one here is left out. */
const LABELS: Record<string, Key> = {
  number: "ask.number",
  needed_by: "ask.when",
  ends: "ask.ends",
  place: "ask.place",
  systems: "ask.systems",
  since: "report.since",
  phone: "report.phone",
  name: "report.name",
  caller: "report.caller",
  description: "report.description",
  text: "log.write",
  hurts_on: "services.hurts_on",
  circle: "confirm.circle",
};

/** Each field that was refused, with what is wrong: from paths such as `body.call_back.phone` and `body.systems.0`. */
function wrongFields(problem: Problem): string[] {
  const fields = (problem.facts["fields"] ?? {}) as Record<string, { nl: string; en: string }>;
  const said = new Map<Key, string>();
  for (const [path, sentence] of Object.entries(fields)) {
    const label = path.split(".").reverse().map((part) => LABELS[part]).find(Boolean);
    if (label && !said.has(label)) said.set(label, sentence[words.language]);
  }
  return [...said].map(([label, sentence]) => `"${t(label)}": ${sentence}`);
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
