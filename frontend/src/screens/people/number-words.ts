/** Words about a number that waits for a second person's yes. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "number.own": "{who} wil jouw nummer wijzigen in {phone}.",
  "number.own_ask": "Is dat jouw nummer? Noaber belt je daar, ook om je binnen te laten. Ken je het niet? Zeg nee en bel een collega die je kent.",
  "number.other": "Nieuw nummer: {phone}. Gevraagd {when}.",
  "number.other_ask": "Het telt pas als {name} zelf of een andere beheerder akkoord geeft. Bel eerst het oude nummer.",
  "number.alone": "Is er geen andere beheerder die al langer binnen kan? Dan kun je zelf akkoord geven vanaf {when}.",
  "number.own_yes": "Ja, dit is mijn nummer",
  "number.yes": "Akkoord met het nieuwe nummer",
  "number.no": "Nee, laat het oude nummer staan",
};

const en: Record<keyof typeof nl, string> = {
  "number.own": "{who} wants to change your number to {phone}.",
  "number.own_ask": "Is that your number? Noaber calls you there, also to let you in. Do you not know it? Say no and call a colleague you know.",
  "number.other": "New number: {phone}. Asked {when}.",
  "number.other_ask": "It counts only when {name} or another administrator says yes. Call the old number first.",
  "number.alone": "Is there no other administrator who could get in before? Then you can say yes yourself from {when}.",
  "number.own_yes": "Yes, this is my number",
  "number.yes": "Say yes to the new number",
  "number.no": "No, keep the old number",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
