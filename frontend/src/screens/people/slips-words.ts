/** Words of the slips with which everybody who has no key yet is let in at once. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "slips.title": "Nodig iedereen zonder sleutel uit ({n})",
  "slips.lead": "Je print voor ieder een briefje met een QR-code. De codes staan op een apart blad, dat je zelf houdt.",
  "slips.how": "Hoe weet je straks dat het de juiste persoon is?",
  "slips.in_person": "Ik geef het briefje zelf en zeg de code",
  "slips.call_back": "Ik bel het nummer dat ik al had en zeg de code",
  "slips.most": "Per keer maak je er 100; de rest komt daarna.",
  "slips.void": "Een uitnodiging die nog open stond, werkt dan niet meer.",
  "slips.go": "Maak 1 briefje | Maak {n} briefjes",
  "slips.ready": "1 briefje klaar | {n} briefjes klaar",
  "slips.once": "Print nu, in twee keer: de codes en de briefjes. Print op één kant van het papier. Ze staan hier maar één keer.",
  "slips.print_codes": "Print de codes",
  "slips.print_slips": "Print de briefjes",
  "slips.codes": "Codes. Dit blad houd je zelf",
  "slips.codes_in_person": "Zeg een code pas als je iemand voor je ziet. Geef dit blad aan niemand.",
  "slips.codes_call_back": "Bel dit nummer en lees de code voor. Geef dit blad aan niemand.",
  "slips.name": "Naam",
  "slips.phone": "Telefoon",
  "slips.code": "Code",
  "slips.for": "Voor {name}",
  "slips.fold": "Vouw hier dicht en plak dicht",
  "slips.qr": "QR-code met de uitnodiging van {name}",
  "slips.step1": "Scan dit met je eigen telefoon, of open de link.",
  "slips.step2_in_person": "Je beheerder zegt de code van zes cijfers als jullie bij elkaar zijn.",
  "slips.step2_call_back": "Je beheerder belt je en zegt de code van zes cijfers.",
  "slips.step3": "Vul de code in en maak je sleutel met vinger, gezicht of pincode.",
  "slips.until": "{organisation}. Werkt één keer, tot {when}. Verscheur het daarna.",
  "slips.none": "Iedereen heeft intussen een sleutel.",
};

const en: Record<keyof typeof nl, string> = {
  "slips.title": "Invite everybody without a key ({n})",
  "slips.lead": "You print a slip with a QR code for each. The codes are on a sheet of their own, which you keep.",
  "slips.how": "How will you know that it is the right person?",
  "slips.in_person": "I hand the slip over myself and say the code",
  "slips.call_back": "I call the number that I had already and say the code",
  "slips.most": "You make 100 at a time; the others come after that.",
  "slips.void": "An invitation that was still open then works no more.",
  "slips.go": "Make 1 slip | Make {n} slips",
  "slips.ready": "1 slip ready | {n} slips ready",
  "slips.once": "Print now, in two jobs: the codes and the slips. Print on one side of the paper. They are shown here only once.",
  "slips.print_codes": "Print the codes",
  "slips.print_slips": "Print the slips",
  "slips.codes": "Codes. You keep this sheet",
  "slips.codes_in_person": "Say a code only when you see the person. Give this sheet to nobody.",
  "slips.codes_call_back": "Call this number and read the code out. Give this sheet to nobody.",
  "slips.name": "Name",
  "slips.phone": "Phone",
  "slips.code": "Code",
  "slips.for": "For {name}",
  "slips.fold": "Fold here and seal",
  "slips.qr": "QR code with the invitation of {name}",
  "slips.step1": "Scan this with your own phone, or open the link.",
  "slips.step2_in_person": "Your administrator says the six-digit code when you are together.",
  "slips.step2_call_back": "Your administrator calls you and says the six-digit code.",
  "slips.step3": "Fill in the code and make your key with a finger, face or PIN.",
  "slips.until": "{organisation}. Works once, until {when}. Tear it up after that.",
  "slips.none": "Everybody has a key by now.",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
