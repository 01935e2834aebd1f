/** Words of asking for help with the report; apart, since a report can do without. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  too: "Vraag meteen hulp",
  usual: "Nodig over 6 uur, ter plaatse. Moet het anders? Zet dit uit, en vraag hulp nadat je hebt gemeld.",
  sent: "Verzonden",
  both: "Je melding en je hulpvraag zijn aangekomen.",
  look: "Bekijk het incident",
};

const en: typeof nl = {
  too: "Ask for help at once",
  usual: "Needed in 6 hours, on site. Should it be different? Untick this, and ask for help after you have reported.",
  sent: "Sent",
  both: "Your report and your request for help have arrived.",
  look: "See the incident",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
