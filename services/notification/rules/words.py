"""What the voice says, in the language of who is called."""

from typing import Final

from schemas.catalogue import FUNCTIONS
from schemas.events.delivery import Delivery
from schemas.values import Language
from services.notification.rules.code import CodeState
from services.notification.rules.ladder import YES

EXERCISE: Final = {
    "nl": "Oefening. Dit is een oefening. ",
    "en": "Exercise. This is an exercise. ",
}
"""Before everything else, so that whoever hears one word only knows."""

_CODE: Final = {
    "nl": (
        "Dit is Noaber. Iemand meldt zich aan onder uw naam. Bent u dat zelf? Toets dan de {digits} cijfers "
        "die op uw scherm staan. Bent u dat niet? Hang op en waarschuw uw beheerder."
    ),
    "en": (
        "This is Noaber. Somebody signs in under your name. If that is you, key in the {digits} digits on "
        "your screen. If it is not, hang up and warn your administrator."
    ),
}


def code_call(language: Language, digits: int) -> str:
    """What is said to somebody who is to key in a code from a screen."""
    return _spoken(_CODE, language).format(digits=digits)


def _spoken(words: dict[str, str], language: Language) -> str:
    return words.get(language, words["en"])


_HEARD: Final = {
    CodeState.RIGHT: "Dank u. U kunt ophangen en verdergaan op uw scherm.",
    CodeState.WRONG: "Die code klopt niet. Vraag op uw scherm een nieuw telefoontje aan.",
}


def heard_words(state: CodeState) -> str | None:
    """What is said after the keys of a code, or None where nothing is."""
    return _HEARD.get(state)


_WAKE: Final = (
    "Dit is Noaber. Een andere organisatie vraagt de uwe nu om hulp: {function}. Toets 1 als u dit oppakt. "
    "Toets 2 als u niet kunt; dan bellen we de volgende op uw piketlijst."
)


def wake_call(delivery: Delivery) -> str:
    """What is said to somebody whose turn it is; who asks is not said over a telephone."""
    text = _WAKE.format(function=FUNCTIONS[delivery.function].names.nl)
    return EXERCISE["nl"] + text if delivery.exercise else text


def after_key(keys: str) -> str:
    """What is said to the answer."""
    if keys == YES:
        return "Dank u. Open Noaber; daar staat wat er gevraagd wordt."
    return "Dank u. We bellen de volgende op uw piketlijst."
