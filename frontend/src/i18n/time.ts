/** Time the way people ask for it: how long until it hurts, and when that is in Amsterdam. */

export type Language = "nl" | "en";

const ZONE = "Europe/Amsterdam";
const LOCALE: Record<Language, string> = { nl: "nl-NL", en: "en-GB" };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WORDS = {
  nl: { hour: "u", day: "d", minute: "min", yesterday: "gisteren", today: "vandaag", tomorrow: "morgen" },
  en: { hour: "h", day: "d", minute: "min", yesterday: "yesterday", today: "today", tomorrow: "tomorrow" },
};

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = language + JSON.stringify(options);
  let found = formats.get(name);
  if (!found) {
    found = new Intl.DateTimeFormat(LOCALE[language], { timeZone: ZONE, ...options });
    formats.set(name, found);
  }
  return found;
}

/** 14:00 */
export function clock(moment: number | string, language: Language): string {
  return format(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(moment));
}

/** 2020-12-01, as the date is in Amsterdam. */
export function day(moment: number | string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(new Date(moment));
}

/** "vandaag 14:00", "morgen 08:00", "vr 12:00", "4 dec 12:00" */
export function whenText(moment: number | string, now: number, language: Language): string {
  return `${dateText(day(moment), now, language)} ${clock(moment, language)}`;
}

/** "vandaag", "morgen", "vrijdag", "4 dec", "4 dec 2019", of a date such as 2020-12-04. */
export function dateText(date: string, now: number, language: Language): string {
  const noon = Date.parse(`${date}T12:00:00Z`);
  const distance = Math.round((noon - Date.parse(`${day(now)}T12:00:00Z`)) / DAY);
  const words = WORDS[language];
  if (distance === 0) return words.today;
  if (distance === 1) return words.tomorrow;
  if (distance === -1) return words.yesterday;
  if (distance > 1 && distance < 7) return format(language, { weekday: "long" }).format(noon);
  const year = date.slice(0, 4) === day(now).slice(0, 4) ? {} : ({ year: "numeric" } as const);
  return format(language, { day: "numeric", month: "short", ...year }).format(noon);
}

/** "2 u 18", "20 u", "3 d", "35 min"; a span that is over is 0. */
export function spanText(ms: number, language: Language): string {
  const words = WORDS[language];
  const minutes = Math.max(0, Math.floor(ms / MINUTE));
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} ${words.day}`;
  if (hours >= 10) return `${hours} ${words.hour}`;
  if (hours >= 1) return `${hours} ${words.hour} ${String(minutes % 60).padStart(2, "0")}`;
  return `${minutes} ${words.minute}`;
}

/** The moment that a local date and time (2020-12-01T07:10) is in Amsterdam, as ISO text in UTC. */
export function fromLocal(text: string): string | null {
  const naive = Date.parse(`${text}:00Z`);
  // A browser's parser makes a date of nearly any text, so the shape is checked as well.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) || Number.isNaN(naive)) return null;
  // The offset is asked twice, since the first guess can fall on the other side of a clock change.
  const first = naive - offset(naive);
  return new Date(naive - offset(first)).toISOString();
}

/** The value of a datetime-local field for a moment. */
export function toLocal(moment: number | string): string {
  return new Date(new Date(moment).getTime() + offset(new Date(moment).getTime())).toISOString().slice(0, 16);
}

function offset(moment: number): number {
  const parts = format("en", {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  }).formatToParts(new Date(moment));
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
  return local - Math.floor(moment / MINUTE) * MINUTE;
}
