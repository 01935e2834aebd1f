/** Words of what waits on this device; apart, since the first page of most visits needs none of them. */
import { speaker } from "../i18n/index.svelte";

const nl = {
  "title": "Op dit toestel",
  "report": "Melding van een incident",
  "request": "Hulpvraag",
  "waiting": "Wacht op netwerk. Houd deze pagina open of open haar straks opnieuw: dan gaat het vanzelf weg.",
  "sent": "Verzonden.",
  "refused": "Niet aangenomen: {why}",
  "call": "Kan het niet wachten? Bel de IBD: 070 204 55 11.",
  "wiped": "Versleuteld bewaard. Na een dag, of als je afmeldt, is het gewist.",
  "look": "Bekijk",
  "back": "Terug naar wat je invulde",
  "throw": "Niet meer versturen",
  "ok": "Begrepen",
  "offline": "Er is nu geen netwerk. Je kunt de melding gewoon invullen; ze gaat weg zodra het weer kan.",
};

const en: Record<keyof typeof nl, string> = {
  "title": "On this device",
  "report": "Report of an incident",
  "request": "Request for help",
  "waiting": "Waits for the network. Keep this page open or open it again later: it is then sent by itself.",
  "sent": "Sent.",
  "refused": "Not accepted: {why}",
  "call": "Can it not wait? Call the IBD: +31 70 204 55 11.",
  "wiped": "Kept encrypted. After a day, or when you sign out, it is wiped.",
  "look": "Look",
  "back": "Back to what you typed",
  "throw": "Do not send any more",
  "ok": "Understood",
  "offline": "There is no network now. You can fill in the report as usual; it is sent as soon as possible.",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
