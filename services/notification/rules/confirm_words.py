"""What the voice says to whoever may confirm their own organisation's request, and to their answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.events.delivery import Attempt, Delivery, DeliveryState
from schemas.events.help_request import Became
from schemas.events.organisation import Kind, Organisation
from schemas.mandate import EUROS_UNSAID
from schemas.values import DUTCH, ENGLISH, IBD, OurLanguage
from services.notification.rules.ladder import YES
from services.notification.rules.words import (
    EXERCISE,
    MOST_NAMES,
    NOT_NEEDED,
    InBoth,
    Sentence,
    function_name,
    listed,
    no_more,
)

_ASKED: Final = {
    DUTCH: "Dit is Noaber. {who} vraagt namens uw organisatie om hulp: {number} keer {function}. ",
    ENGLISH: (
        "This is Noaber. {who} asks for help on behalf of your organisation: {number} times {function}. "
    ),
}
_SOMEBODY: Final = {DUTCH: "Een collega", ENGLISH: "A colleague"}
_IBD: Final = {DUTCH: "De IBD", ENGLISH: "The IBD"}
_CIRCLE: Final = {
    DUTCH: "Gevraagd worden {circle}. ",
    ENGLISH: "These will be asked: {circle}. ",
}
_COUNTED: Final = {DUTCH: "{n} organisaties", ENGLISH: "{n} organisations"}
_IN_REGION: Final = {DUTCH: "{n} gemeenten in {region}", ENGLISH: "{n} municipalities in {region}"}
_EUROS: Final = {DUTCH: "Het kost ten hoogste {n} euro. ", ENGLISH: "It costs {n} euros at most. "}
_KEYS: Final = {
    DUTCH: (
        "Toets 1 als u akkoord gaat; dan vragen we hen meteen. Toets 2 als u nu niet kunt; dan bellen we de "
        "volgende met mandaat."
    ),
    ENGLISH: (
        "Press 1 if you agree; then they are asked at once. Press 2 if you cannot now; then we call the next "
        "who has a mandate."
    ),
}
_KEYS_APP: Final = {
    DUTCH: (
        "Hiervoor moet u in Noaber kiezen wie gevraagd wordt en wat het mag kosten. "
        "Toets 1 als u dat nu doet. Toets 2 als u niet kunt; dan bellen we de volgende met mandaat."
    ),
    ENGLISH: (
        "For this you have to choose in Noaber who is asked and what it may cost. "
        "Press 1 if you do that now. Press 2 if you cannot; then we call the next who has a mandate."
    ),
}
_NO: Final[InBoth] = {
    DUTCH: "Dank u. We bellen de volgende met mandaat.",
    ENGLISH: "Thank you. We call the next who has a mandate.",
}
_TOO_LATE: Final[InBoth] = {
    DUTCH: (
        "De hulp was eerder nodig dan nu, dus een akkoord telt niet meer. Is er nog hulp nodig? Vraag die "
        "dan opnieuw in Noaber."
    ),
    ENGLISH: (
        "The help was needed before now, so a yes does not count any more. Is help still needed? Ask for it "
        "anew in Noaber."
    ),
}
_IN_APP: Final[InBoth] = {
    DUTCH: "Dank u. Open nu Noaber en bevestig daar.",
    ENGLISH: "Thank you. Open Noaber now and confirm it there.",
}
_LATER: Final[InBoth] = {
    DUTCH: "Dank u. Uw akkoord is genoteerd. U krijgt een SMS zodra het telt, of als het niet kan.",
    ENGLISH: "Thank you. Your yes is noted. You get a text as soon as it counts, or if it cannot.",
}
_BECAME: Final[Mapping[Became, InBoth]] = {
    Became.CONFIRMED: {
        DUTCH: "Dank u. De hulpvraag is bevestigd en wordt nu gesteld.",
        ENGLISH: "Thank you. The request is confirmed and goes out now.",
    },
    Became.AGREED: {
        DUTCH: "Dank u. Uw akkoord telt. Uw organisatie wil twee mensen; we bellen nu de tweede.",
        ENGLISH: "Thank you. Your yes counts. Your organisation wants two people; we call the second now.",
    },
}
_REFUSED: Final[Mapping[str, InBoth]] = {
    EUROS_UNSAID: {
        DUTCH: (
            "Dat kan niet met een toets: uw mandaat kent een grens in euro's. "
            "Open Noaber en vul het bedrag in."
        ),
        ENGLISH: (
            "A key cannot do that: your mandate has a limit in euros. Open Noaber and fill in the amount."
        ),
    },
    "confirmed_already": {
        DUTCH: "Dank u. Een collega heeft dit al bevestigd.",
        ENGLISH: "Thank you. A colleague has confirmed this already.",
    },
    "withdrawn": {
        DUTCH: "De hulpvraag is intussen ingetrokken. U hoeft niets te doen.",
        ENGLISH: "The request was withdrawn meanwhile. You need not do anything.",
    },
    "closed": {
        DUTCH: "Het incident is intussen afgesloten. U hoeft niets te doen.",
        ENGLISH: "The incident was closed meanwhile. You need not do anything.",
    },
    "needed_by_past": _TOO_LATE,
    "terms_changed": {
        DUTCH: (
            "De hulpvraag is intussen veranderd, dus uw akkoord telt niet. Open Noaber en lees hem opnieuw."
        ),
        ENGLISH: (
            "The request has changed meanwhile, so your yes does not count. Open Noaber and read it again."
        ),
    },
    "second_person_missing": {
        DUTCH: "Uw akkoord stond er al. Een tweede collega met mandaat moet hetzelfde bevestigen.",
        ENGLISH: "Your yes stood already. A second colleague with a mandate has to confirm the same.",
    },
}
_REFUSED_MANDATE: Final[InBoth] = {
    DUTCH: (
        "Uw mandaat laat dit nu niet toe. Open Noaber om te zien waarom. We bellen de volgende met mandaat."
    ),
    ENGLISH: (
        "Your mandate does not allow this now. Open Noaber to see why. We call the next who has a mandate."
    ),
}
_REFUSED_OTHERWISE: Final[InBoth] = {
    DUTCH: "Dit kan nu niet. Open Noaber en kijk daar.",
    ENGLISH: "This cannot be done now. Open Noaber and look there.",
}


@dataclass(frozen=True)
class Names:
    """What is said by name: who asks, the circle, and the region it lies in (or empty).

    `asker`: a colleague, or else the organisation they work for (IBD: that one); empty: not known.
    """

    asker: str = ""
    circle: Sequence[str] = ()
    region: str = ""


def confirm_call(delivery: Delivery, attempt: Attempt, names: Names, language: OurLanguage) -> str:
    """What is said to somebody who may confirm: who asks, how many, what, of whom, and what each key does."""
    offer = attempt.offer or delivery.offer
    assert offer is not None
    text = _ASKED[language].format(
        who=_IBD[language] if names.asker == IBD else names.asker or _SOMEBODY[language],
        number=offer.number,
        function=function_name(delivery.function, language),
    )
    if attempt.offer is None:
        text += _KEYS_APP[language]
    else:
        text += _CIRCLE[language].format(circle=_circle(names, language))
        text += "" if offer.euros is None else _EUROS[language].format(n=offer.euros)
        text += _KEYS[language]
    return EXERCISE[language] + text if delivery.exercise else text


def after_confirm(delivery: Delivery, attempt: Attempt, keys: str, language: OurLanguage) -> Sentence:
    """What is said to the answer, as far as it is known what came of it."""
    if keys == YES and attempt.offer is not None:
        words = _confirmed(attempt)
    elif delivery.late:
        words = _TOO_LATE
    elif keys != YES:
        words = no_more(delivery) or _NO
    else:
        words = NOT_NEEDED if delivery.state is DeliveryState.OVER else _IN_APP
    return Sentence(words[language], language)


def _confirmed(attempt: Attempt) -> InBoth:
    if attempt.became is None:
        return _LATER
    return _refused(attempt.refused) if attempt.became is Became.REFUSED else _BECAME[attempt.became]


def shared_region(circle: Sequence[str], known: Sequence[Organisation]) -> str | None:
    """The region, where every organisation of the circle is known as a municipality in that one region."""
    here = {each.id: each.region for each in known if each.kind is Kind.MUNICIPALITY}
    regions = {here.get(each) for each in circle}
    return regions.pop() if len(regions) == 1 else None


def _refused(code: str) -> InBoth:
    is_mandate = code.startswith("mandate_") or code == "not_your_right"
    return _REFUSED.get(code, _REFUSED_MANDATE if is_mandate else _REFUSED_OTHERWISE)


def _circle(names: Names, language: OurLanguage) -> str:
    if len(names.circle) <= MOST_NAMES:
        return listed(names.circle, language)
    # More are counted, with the region they lie in.
    if names.region:
        return _IN_REGION[language].format(n=len(names.circle), region=names.region)
    return _COUNTED[language].format(n=len(names.circle))
