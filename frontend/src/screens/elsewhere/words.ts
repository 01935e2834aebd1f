/** Words of one's account at one's organisation's own sign-in; apart, since few of those who look at their keys have one. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "elsewhere.title": "Mijn organisatie-login",
  "elsewhere.linked": "Gekoppeld: je account bij {name}",
  "elsewhere.link": "Koppel je account bij {name}",
  "elsewhere.link_hint":
    "Je toestel vraagt eerst of jij het bent. Daarna log je in bij je organisatie. Voor wat belangrijk is, blijft je sleutel nodig.",
  "elsewhere.loosen": "Koppel los",
  "elsewhere.loosen_hint": "Daarna log je in met je sleutel. Waar je via je organisatie bent aangemeld, ben je er direct uit.",
  "elsewhere.no_key": "Maak eerst een sleutel. Alleen daarmee koppel je een account.",
};

const en: Record<keyof typeof nl, string> = {
  "elsewhere.title": "My organisation's sign-in",
  "elsewhere.linked": "Linked: your account at {name}",
  "elsewhere.link": "Link your account at {name}",
  "elsewhere.link_hint":
    "Your device first asks whether it is you. Then you sign in at your organisation. What is important still takes your key.",
  "elsewhere.loosen": "Unlink",
  "elsewhere.loosen_hint": "After that you sign in with your key. Where you came in through your organisation, you are out at once.",
  "elsewhere.no_key": "Make a key first. Nothing else links an account.",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
