/** Words of the form that takes words out of the texts of an incident; apart, since almost no visit needs one. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "redact.open": "Woorden weghalen",
  "redact.lead":
    "Staat er een naam, een BSN of een wachtwoord in dat hier niet hoort? Haal het weg uit alle teksten van dit incident, ook uit oudere versies.",
  "redact.words": "Welke woorden? Eén per regel, ten hoogste tien",
  "redact.spelling":
    "Schrijf de hele naam, zoals hij er staat. Hoofdletters en spaties maken niet uit. Alleen een achternaam of een tikfout vinden wij niet vanzelf.",
  "redact.next": "Verder",
  "redact.stop": "Laat staan",
  "redact.sure": "Zeker weten? Dit kan niet terug. In alle teksten komt […] in plaats van:",
  "redact.told": "In het logboek komt te staan dat jij dit deed, en uit hoeveel teksten. De woorden zelf niet.",
  "redact.yes": "Ja, haal voorgoed weg",
  "redact.no": "Nee, terug",
  "redact.done": "Weggehaald uit 1 tekst. | Weggehaald uit {n} teksten.",
};

const en: Record<keyof typeof nl, string> = {
  "redact.open": "Take words out",
  "redact.lead":
    "Is there a name, a citizen service number or a password that does not belong here? Take it out of every text of this incident, older versions too.",
  "redact.words": "Which words? One a line, at most ten",
  "redact.spelling":
    "Write the whole name as it stands there. Capitals and spaces make no difference. A surname alone or a typing error is not found by itself.",
  "redact.next": "Go on",
  "redact.stop": "Leave them",
  "redact.sure": "Are you sure? There is no way back. Every text will have […] instead of:",
  "redact.told": "The log will say that you did this, and out of how many texts. Not the words themselves.",
  "redact.yes": "Yes, take them out for good",
  "redact.no": "No, go back",
  "redact.done": "Taken out of 1 text. | Taken out of {n} texts.",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
