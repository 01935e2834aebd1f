/** Words of who on a list is on duty; apart, since they come after the list itself. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  on: "beschikbaar",
  until: "beschikbaar tot {when}",
  off: "niet beschikbaar: nu bellen we niet",
  silent_now: "Deze lijst belt nu niemand: wie nu aan de beurt is, is niet beschikbaar.",
  silent: "Vanaf {when} belt deze lijst niemand: wie dan aan de beurt is, is niet meer beschikbaar.",
  way: "Jullie zien dan alleen: bel {phone}. Vraag je collega's om zich beschikbaar te zetten, bij Mijn taken.",
};

const en: typeof nl = {
  on: "on duty",
  until: "on duty until {when}",
  off: "not on duty: we do not call now",
  silent_now: "This list calls nobody now: whoever is on it for this hour is off duty.",
  silent: "From {when} this list calls nobody: whoever is on it for that hour is off duty by then.",
  way: "You only see then: phone {phone}. Ask your colleagues to switch their duty on, under My tasks.",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
