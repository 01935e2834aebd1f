"""What the voice says, in the language of who is called."""

from typing import Final

from schemas.values import Language
from services.notification.rules.code import CodeState

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
