/** Words of the overview; apart, since no other page says them. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "title": "Overzicht",
  "whose": "Beeld van {who}",
  "filled": "plekken gevuld",
  "down": "dienst plat | diensten plat",
  "helpers": "collega | collega's",
  "lenders": "{n} organisatie | {n} organisaties",
  "until": "tot het pijn doet",
  "nothing_open": "niets open",
  "board": "Hulpvragen, wat het eerst pijn doet bovenaan",
  "provisional": "voorlopig",
  "no_requests": "Nog geen hulpvragen. Vraag hulp op de pagina van het incident.",
  "services": "Wat een inwoner nu kan",
  "no_services": "Nog niet bekend wat er wel en niet werkt.",
  "coming": "Wie komt er",
  "nobody_yet": "Nog niemand. Wie toezegt verschijnt hier vanzelf.",
  "feed": "Laatste regels",
  "no_feed": "Nog niets gebeurd.",
  "more": "en nog {n}",
};

const en: typeof nl = {
  "title": "Overview",
  "whose": "Picture of {who}",
  "filled": "slots filled",
  "down": "service down | services down",
  "helpers": "colleague | colleagues",
  "lenders": "{n} organisation | {n} organisations",
  "until": "until it hurts",
  "nothing_open": "nothing open",
  "board": "Requests, what hurts first on top",
  "provisional": "provisional",
  "no_requests": "No requests yet. Ask for help on the page of the incident.",
  "services": "What a resident can do now",
  "no_services": "Not known yet what works and what does not.",
  "coming": "Who is coming",
  "nobody_yet": "Nobody yet. Whoever promises appears here by itself.",
  "feed": "Latest lines",
  "no_feed": "Nothing happened yet.",
  "more": "and {n} more",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
