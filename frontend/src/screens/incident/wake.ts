/** Whether others are called for it now: what is asked by the hour, and what is said by it. */
import type { Wake } from "../../gen/rows";
import { words } from "../../i18n/index.svelte";
import { toLocal } from "../../i18n/time";

const nl = {
  night: { title: "Mogen we anderen wekken?", later: "nee, bel vanaf 07:00", now: "ja, nu wekken" },
  day: { title: "Mogen we anderen nu bellen?", later: "nee, zij kijken zelf", now: "ja, nu bellen" },
};

const en: typeof nl = {
  night: { title: "May others be woken?", later: "no, call from 07:00", now: "yes, wake them now" },
  day: { title: "May others be called now?", later: "no, they look themselves", now: "yes, call them now" },
};

/** Whether people sleep, as `schemas/night.py` has it. */
export const asleep = (moment: number) => ["23", "00", "01", "02", "03", "04", "05", "06"].includes(toLocal(moment).slice(11, 13));

export const wakeWords = (night: boolean) => (words.language === "nl" ? nl : en)[night ? "night" : "day"];

/** What that choice says; by day, where it is no, nothing: whoever hears it later says what fits that hour. */
export const wakeOf = (wake: Wake | undefined, night: boolean): Wake | null =>
  wake === "now" ? "now" : night ? "morning" : null;

/** What is chosen on confirming while nobody chose: as it was asked; from the morning on is now, by day. */
export const asAsked = (asked: Wake | undefined, night: boolean): Wake | undefined =>
  asked === "now" || (asked === "morning" && !night) ? "now" : undefined;
