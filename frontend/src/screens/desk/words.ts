/** Words of what an organisation agreed beforehand; apart, since that part of the desk comes after the rest. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "desk.lending": "Onze uitleenafspraken",
  "desk.cover": "Eigen minimum: zoveel blijven er thuis",
  "desk.cover_add": "Functie toevoegen",
  "desk.standing": "Ja, vooraf gegeven",
  "desk.standing_none": "Geen. Elke toezegging wacht op jullie ja.",
  "desk.standing_line": "{functions} · hoogstens {at_most} tegelijk · hoogstens {days} dagen · {where}",
  "desk.any_function": "elke functie",
  "desk.any_where": "overal",
  "desk.standing_add": "Geef vooraf een ja",
  "desk.standing_function": "Voor welke functie?",
  "desk.standing_most": "Hoogstens zoveel tegelijk",
  "desk.standing_days": "Hoogstens zoveel dagen",
  "desk.standing_where": "Waar?",
  "desk.remove": "Haal weg",
  "desk.ask_people": "Onze mensen mogen rechtstreeks gevraagd worden",
  "desk.save": "Bewaar afspraken",
  "desk.saved": "Bewaard.",
};

const en: typeof nl = {
  "desk.lending": "Our lending agreements",
  "desk.cover": "Own minimum: so many stay at home",
  "desk.cover_add": "Add a function",
  "desk.standing": "Yes, given beforehand",
  "desk.standing_none": "None. Every promise waits for your yes.",
  "desk.standing_line": "{functions} · at most {at_most} at once · at most {days} days · {where}",
  "desk.any_function": "any function",
  "desk.any_where": "anywhere",
  "desk.standing_add": "Give a yes beforehand",
  "desk.standing_function": "For which function?",
  "desk.standing_most": "At most so many at once",
  "desk.standing_days": "At most so many days",
  "desk.standing_where": "Where?",
  "desk.remove": "Remove",
  "desk.ask_people": "Our people may be asked directly",
  "desk.save": "Save agreements",
  "desk.saved": "Saved.",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
