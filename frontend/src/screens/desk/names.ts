/** Whose commitment it is, by the name this viewer may see; the lender's name where there is none. */
import { type Colleague, directory } from "../../api/directory.svelte";
import type { CommitmentData } from "../../gen/rows";
import { t } from "../../i18n/index.svelte";

export function personName(commitment: CommitmentData, colleagues: readonly Colleague[]): string {
  if (!commitment.person) return t("coming.unnamed");
  const known = colleagues.find((each) => each.person === commitment.person)?.name;
  return commitment.contact?.name ?? known ?? directory.name(commitment.lender);
}

/** Colleagues with the function first, then by name. */
export function byFunction(colleagues: readonly Colleague[], wanted: string): Colleague[] {
  const rank = (each: Colleague) => (each.functions.includes(wanted) ? 0 : 1);
  return [...colleagues].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
