/** Words of how long one is on duty; apart, since they are said under the switch alone. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  how_long: "Tot wanneer?",
  until: "tot {when}",
  open: "tot ik het uitzet",
  listed: "Je staat op de piketlijst. Nu bellen we je niet.",
};

const en: typeof nl = {
  how_long: "Until when?",
  until: "until {when}",
  open: "until I turn it off",
  listed: "You are on the wake-up list. We do not call you now.",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
