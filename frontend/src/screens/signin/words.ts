/** Words of the page to sign in on; apart, since whoever is in already needs none of them. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "signin.title": "Inloggen",
  "signin.passkey": "Inloggen met je telefoon of sleutel",
  "signin.none": "Nog geen sleutel? Vraag de beheerder van je organisatie om een uitnodiging.",
  "signin.card": "Ik heb een kaart uit de kluis",
  "signin.help": "Lukt het niet? Bel de IBD, dag en nacht:",
  "signin.through": "Inloggen via {name}",
  "signin.demo": "Of kies wie je bent",
  "signin.demo_title": "Dit is een demonstratie.",
  "signin.demo_explained": "Alle mensen hier zijn verzonnen. Kies wie je wilt zijn, zonder wachtwoord.",
  "signin.here": "Op dit adres ben je",
  "signin.personas": "De hoofdpersonen",
  "signin.windows": "Meer mensen tegelijk spelen? Open ieder in een eigen tabblad.",
  "signin.others": "Iemand anders",
  "signin.organisation": "Van welke organisatie?",
};

const en: Record<keyof typeof nl, string> = {
  "signin.title": "Sign in",
  "signin.passkey": "Sign in with your phone or key",
  "signin.none": "No key yet? Ask your organisation's administrator for an invitation.",
  "signin.card": "I have a card from the vault",
  "signin.help": "No luck? Call the IBD, day and night:",
  "signin.through": "Sign in through {name}",
  "signin.demo": "Or choose who you are",
  "signin.demo_title": "This is a demonstration.",
  "signin.demo_explained": "Everybody here is made up. Choose who you want to be, without a password.",
  "signin.here": "At this address you are",
  "signin.personas": "The main characters",
  "signin.windows": "Playing several people at once? Open each in a tab of its own.",
  "signin.others": "Somebody else",
  "signin.organisation": "Of which organisation?",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
