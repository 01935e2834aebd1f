/** Words of waking others; apart, since they are asked at night only. */
import { words } from "../../i18n/index.svelte";

const nl = {
  title: "Mogen we anderen wekken?",
  morning: "nee, bel vanaf 07:00",
  now: "ja, nu wekken",
};

const en: typeof nl = {
  title: "May others be woken?",
  morning: "no, call from 07:00",
  now: "yes, wake them now",
};

/** Hours in which people sleep, as `schemas/night.py` has them. */
export const asleep = (moment: number) => [23, 0, 1, 2, 3, 4, 5, 6].includes(new Date(moment).getHours());

export const wakeWords = (): typeof nl => (words.language === "nl" ? nl : en);
