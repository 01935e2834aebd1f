/** Words of coming in with a card; apart, since that is done on a bad line and needs none of the others. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "card.title": "Binnenkomen met een kaart",
  "card.lead": "Voor wie niet met een eigen telefoon of sleutel kan inloggen. De kaart werkt één keer.",
  "card.number": "Nummer op de kaart",
  "card.words": "Zes woorden",
  "card.words_hint": "Hoofdletters en leestekens maken niet uit.",
  "card.read": "Kaart {number} is gescand. Je hoeft de woorden niet te typen.",
  "card.name": "Wie ben je?",
  "card.name_hint": "Je voor- en achternaam. Een collega kijkt of dit klopt.",
  "card.fill": "Vul dit in.",
  "card.go": "Ik bel een collega",
  "card.call": "Bel nu een collega die wel kan inloggen en mag meebeslissen. Lees deze code voor.",
  "card.where": "De collega opent Noaber en gaat naar Kaarten.",
  "card.call_me": "Bel mij op mijn eigen nummer",
  "card.call_hint": "Kan alleen als je naam en nummer al bekend zijn. Toets de code in op de telefoon die overgaat.",
  "card.called": "Je telefoon gaat over als je naam en nummer bekend zijn. Toets daar deze code in.",
  "card.silent": "Gaat er geen telefoon over? Bel een collega die wel kan inloggen en lees deze code voor.",
  "card.waiting": "Houd deze pagina open. Na het ja of de code ga je vanzelf verder. Dit kan tot {when}.",
  "card.again": "Begin opnieuw",
  "card.offline": "Geen verbinding. We proberen het opnieuw.",
  "card.help": "Lukt het niet? Bel de IBD, dag en nacht:",
};

const en: Record<keyof typeof nl, string> = {
  "card.title": "Coming in with a card",
  "card.lead": "For who cannot sign in with a phone or key of their own. The card works once.",
  "card.number": "Number on the card",
  "card.words": "Six words",
  "card.words_hint": "Capitals and punctuation do not matter.",
  "card.read": "Card {number} was scanned. You need not type the words.",
  "card.name": "Who are you?",
  "card.name_hint": "Your first and last name. A colleague checks that it is right.",
  "card.fill": "Fill this in.",
  "card.go": "I will call a colleague",
  "card.call": "Now call a colleague who can sign in and has a say. Read this code out.",
  "card.where": "The colleague opens Noaber and goes to Cards.",
  "card.call_me": "Call me on my own number",
  "card.call_hint": "Only if your name and number are known already. Key in the code on the phone that rings.",
  "card.called": "Your phone rings if your name and number are known. Key in this code there.",
  "card.silent": "Does no phone ring? Call a colleague who can sign in and read this code out.",
  "card.waiting": "Keep this page open. After the yes or the code you go on by yourself. This can be done until {when}.",
  "card.again": "Begin again",
  "card.offline": "No connection. We keep trying.",
  "card.help": "No luck? Call the IBD, day and night:",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
