"""What the voice says, in the language of who is called."""

from dataclasses import dataclass
from typing import Final

from schemas.catalogue import FUNCTIONS
from schemas.events.delivery import Delivery
from schemas.values import DUTCH, ENGLISH, OurLanguage
from services.notification.rules.code import CodeState
from services.notification.rules.ladder import YES

EXERCISE: Final = {
    DUTCH: "Oefening. Dit is een oefening. ",
    ENGLISH: "Exercise. This is an exercise. ",
}
"""Before everything else, so that whoever hears one word only knows."""

_CODE: Final = {
    DUTCH: (
        "Dit is Noaber. Iemand meldt zich aan onder uw naam. Bent u dat zelf? Toets dan de {digits} cijfers "
        "die op uw scherm staan. Bent u dat niet? Hang op en waarschuw uw beheerder."
    ),
    ENGLISH: (
        "This is Noaber. Somebody signs in under your name. If that is you, key in the {digits} digits on "
        "your screen. If it is not, hang up and warn your administrator."
    ),
}

_HEARD: Final = {
    CodeState.RIGHT: {
        DUTCH: "Dank u. U kunt ophangen en verdergaan op uw scherm.",
        ENGLISH: "Thank you. You can hang up and go on with your screen.",
    },
    CodeState.WRONG: {
        DUTCH: "Die code klopt niet. Vraag op uw scherm een nieuw telefoontje aan.",
        ENGLISH: "That code is not right. Ask for another call on your screen.",
    },
}

_WAKE: Final = {
    DUTCH: (
        "Dit is Noaber. Een andere organisatie vraagt de uwe nu om hulp: {function}. Toets 1 als u dit "
        "oppakt. Toets 2 als u niet kunt; dan bellen we de volgende op uw piketlijst."
    ),
    ENGLISH: (
        "This is Noaber. Another organisation asks yours for help now: {function}. Press 1 if you take this "
        "up. Press 2 if you cannot; then we call the next on your wake-up list."
    ),
}

_YES: Final = {
    DUTCH: "Dank u. Open Noaber; daar staat wat er gevraagd wordt.",
    ENGLISH: "Thank you. Open Noaber; there you read what is asked.",
}

_NO: Final = {
    DUTCH: "Dank u. We bellen de volgende op uw piketlijst.",
    ENGLISH: "Thank you. We call the next on your wake-up list.",
}


@dataclass(frozen=True)
class Sentence:
    """What is said, and in which language; no text where nothing is."""

    text: str
    language: OurLanguage


SILENCE: Final = Sentence("", DUTCH)


def code_call(language: OurLanguage, digits: int) -> str:
    """What is said to somebody who is to key in a code from a screen."""
    return _CODE[language].format(digits=digits)


def after_code(state: CodeState, language: OurLanguage) -> Sentence:
    """What is said after the keys of a code."""
    words = _HEARD.get(state)
    return SILENCE if words is None else Sentence(words[language], language)


def wake_call(delivery: Delivery, language: OurLanguage) -> str:
    """What is said to somebody whose turn it is; who asks is not said over a telephone."""
    names = FUNCTIONS[delivery.function].names
    text = _WAKE[language].format(function=names.nl if language == DUTCH else names.en)
    return EXERCISE[language] + text if delivery.exercise else text


def after_key(keys: str, language: OurLanguage) -> Sentence:
    """What is said to the answer."""
    return Sentence((_YES if keys == YES else _NO)[language], language)
