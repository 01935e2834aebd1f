"""What the directory says when a rule says no: one sentence each, in two languages."""

from collections.abc import Mapping
from typing import Final

from services.runtime.problems import Words

WORDS: Final[Mapping[str, Words]] = {
    "not_your_right": Words(
        "Dat mag een beheerder van de organisatie doen. Vraag het die collega.",
        "An administrator of the organisation may do that. Ask that colleague.",
    ),
    "not_yourself": Words(
        "Je kunt jezelf niet uitnodigen. Voeg een telefoon toe bij Mijn toestellen, of vraag een andere "
        "beheerder.",
        "You cannot invite yourself. Add a phone under My devices, or ask another administrator.",
    ),
    "too_many_passkeys": Words(
        "Er zijn al tien sleutels. Verwijder er eerst een.", "There are ten keys already. Remove one first."
    ),
    "invitation_over": Words(
        "Deze uitnodiging werkt niet meer: gebruikt, verlopen of te vaak een verkeerde code. Vraag je "
        "beheerder een nieuwe.",
        "This invitation does not work any more: used, too old, or a wrong code too often. Ask your "
        "administrator for a new one.",
    ),
    "code_wrong": Words(
        "De code klopt niet. Kijk of vraag hem na en probeer het opnieuw.",
        "The code is not right. Check or ask for it and try again.",
    ),
    "prove_it": Words(
        "Laat met je eigen sleutel zien dat jij het bent.", "Show with your own key that it is you."
    ),
    "ceremony_over": Words(
        "Dit duurde te lang of begon in een ander venster. Probeer het opnieuw.",
        "This took too long or began in another window. Try again.",
    ),
    "passkey_refused": Words(
        "Met deze sleutel kun je hier niet inloggen. Gebruik een andere, of vraag je beheerder een "
        "uitnodiging.",
        "This key does not open the platform. Use another one, or ask your administrator for an invitation.",
    ),
}
