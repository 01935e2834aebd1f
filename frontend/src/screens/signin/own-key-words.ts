/** Words for who came in through their organisation where a key of their own is needed. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "own_key.touch": "Log in met je sleutel",
  "own_key.inside": "Je bent nu ingelogd met je sleutel. Doe het nu opnieuw.",
};

const en: typeof nl = {
  "own_key.touch": "Sign in with your key",
  "own_key.inside": "You are signed in with your key now. Do it again.",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
