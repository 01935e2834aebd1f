"""What the voice says, in the language of who is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.catalogue import FUNCTIONS, Function
from schemas.events.delivery import Delivery, DeliveryState
from schemas.values import DUTCH, ENGLISH, OurLanguage
from services.notification.rules.code import CodeState
from services.notification.rules.ladder import YES

InBoth = Mapping[OurLanguage, str]
"""The same words in both languages."""

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

_WAKE_SEVERAL: Final = {
    DUTCH: (
        "Dit is Noaber. Er zijn nu {number} hulpvragen aan uw organisatie{functions}. Toets 1 als u ze "
        "oppakt. Toets 2 als u niet kunt; dan bellen we de volgende op uw piketlijst."
    ),
    ENGLISH: (
        "This is Noaber. Your organisation is asked for help {number} times now{functions}. Press 1 if you "
        "take these up. Press 2 if you cannot; then we call the next on your wake-up list."
    ),
}
MOST_NAMES: Final = 4
"""Who is woken remembers no more of them."""

_AND: Final = {DUTCH: " en ", ENGLISH: " and "}

_YES: Final[InBoth] = {
    DUTCH: "Dank u. Open Noaber; daar staat wat er gevraagd wordt.",
    ENGLISH: "Thank you. Open Noaber; there you read what is asked.",
}

_NO: Final[InBoth] = {
    DUTCH: "Dank u. We bellen de volgende op uw piketlijst.",
    ENGLISH: "Thank you. We call the next on your wake-up list.",
}

NOT_NEEDED: Final[InBoth] = {
    DUTCH: "Dank u. Het is intussen niet meer nodig. U hoeft niets te doen.",
    ENGLISH: "Thank you. It is not needed any more. You need not do anything.",
}

_NO_MORE: Final[Mapping[DeliveryState, InBoth]] = {
    DeliveryState.NOBODY: {
        DUTCH: "Dank u. U was de laatste die we konden bellen.",
        ENGLISH: "Thank you. You were the last whom we could call.",
    },
    DeliveryState.ANSWERED: {
        DUTCH: "Dank u. Een collega heeft al ja gezegd.",
        ENGLISH: "Thank you. A colleague has said yes already.",
    },
    DeliveryState.OVER: NOT_NEEDED,
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


def wake_call(delivery: Delivery, language: OurLanguage, others: Sequence[Delivery] = ()) -> str:
    """What is said to somebody whose turn it is; who asks is not said over a telephone.

    `others`: what the same call tells of too.
    """
    names = sorted({function_name(each.function, language) for each in (delivery, *others)})
    if others:
        functions = f": {listed(names, language)}" if len(names) <= MOST_NAMES else ""
        text = _WAKE_SEVERAL[language].format(number=1 + len(others), functions=functions)
    else:
        text = _WAKE[language].format(function=names[0])
    return EXERCISE[language] + text if delivery.exercise else text


def function_name(function: Function, language: OurLanguage) -> str:
    """What it is called."""
    names = FUNCTIONS[function].names
    return names.nl if language == DUTCH else names.en


def listed(names: Sequence[str], language: OurLanguage) -> str:
    """One or more names as they are said."""
    *others, last = names
    return _AND[language].join([", ".join(others), last] if others else [last])


def no_more(delivery: Delivery) -> InBoth | None:
    """What is said to a no after which nobody else is called; None where the next one is."""
    return _NO_MORE.get(delivery.state)


def after_key(delivery: Delivery, keys: str, language: OurLanguage) -> Sentence:
    """What is said to the answer; `delivery`: as it is with that."""
    if keys != YES:
        words = no_more(delivery) or _NO
    else:
        words = NOT_NEEDED if delivery.state is DeliveryState.OVER else _YES
    return Sentence(words[language], language)
