/** Words of the systems that read along for an organisation. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "systems.title": "Koppelingen",
  "systems.lead":
    "Een koppeling laat een ander systeem, zoals een dashboard, meelezen met wat iedere collega hier ziet. Het kan niets wijzigen.",
  "systems.none": "Er leest geen systeem mee.",
  "systems.made": "Gemaakt door {name}, {when}. Geldig tot {until}.",
  "systems.used": "Laatst gebruikt: {when}.",
  "systems.unused": "Nog niet gebruikt.",
  "systems.over": "Beëindigd: {when}.",
  "systems.end": "Beëindig",
  "systems.end_named": "Beëindig {name}",
  "systems.name": "Naam van het systeem",
  "systems.about": "Waarvoor?",
  "systems.lasts": "Hoe lang?",
  "systems.days_30": "Een maand",
  "systems.days_90": "Drie maanden",
  "systems.days_365": "Een jaar",
  "systems.make": "Maak een koppeling",
  "systems.ready": "Klaar: geef dit aan wie {name} beheert",
  "systems.once": "Je ziet het geheim alleen nu. Geef het niet per mail. Kwijt? Beëindig deze koppeling en maak een nieuwe.",
  "systems.shared": "Ten hoogste dertig programma's tegelijk gebruiken één koppeling: komt er een bij, dan valt de oudste weg. Maak er liever een voor elk programma.",
  "systems.id": "Id",
  "systems.secret": "Geheim",
};

const en: Record<keyof typeof nl, string> = {
  "systems.title": "Connected systems",
  "systems.lead":
    "A connected system, such as a dashboard, reads along with what every colleague here sees. It can change nothing.",
  "systems.none": "No system reads along.",
  "systems.made": "Made by {name}, {when}. Valid until {until}.",
  "systems.used": "Last used: {when}.",
  "systems.unused": "Not used yet.",
  "systems.over": "Ended: {when}.",
  "systems.end": "End",
  "systems.end_named": "End {name}",
  "systems.name": "Name of the system",
  "systems.about": "What for?",
  "systems.lasts": "For how long?",
  "systems.days_30": "A month",
  "systems.days_90": "Three months",
  "systems.days_365": "A year",
  "systems.make": "Connect a system",
  "systems.ready": "Ready: give this to whoever runs {name}",
  "systems.once": "You see the secret only now. Do not send it by mail. Lost it? End this one and connect the system anew.",
  "systems.shared": "At most thirty programs use one key at the same time: one more, and the oldest drops out. Better make one for each program.",
  "systems.id": "Id",
  "systems.secret": "Secret",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
