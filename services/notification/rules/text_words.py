"""What a text message says: one SMS of 160 plain characters, and nothing that lets anybody in.

No name, code or link, and no organisation: a phone lies on a table and shows it to whoever sits there.
"""

import re
from typing import Final

from schemas.night import dutch_time
from schemas.values import IBD_PHONE, OurLanguage
from services.notification.rules.notices import About, Notice

LONGEST: Final = 160
"""Characters of one SMS in the alphabet of GSM 03.38; a single one outside it makes that 70."""

_EXERCISE: Final = {"nl": "Oefening. ", "en": "Exercise. "}

_TEXTS: Final = {
    About.CARD_ASKED: {
        "nl": (
            "Noaber: iemand wil met kaart {card} van uw organisatie naar binnen ({when}). "
            "Weet u van niets? Maak de kaart ongeldig in Noaber."
        ),
        "en": (
            "Noaber: somebody wants to come in with card {card} of your organisation ({when}). "
            "Not expected? Make the card void in Noaber."
        ),
    },
    About.CARD_USED: {
        "nl": (
            "Noaber: met kaart {card} van uw organisatie is iemand binnengekomen ({when}). "
            "Weet u van niets? Maak de kaart ongeldig in Noaber."
        ),
        "en": (
            "Noaber: somebody came in with card {card} of your organisation ({when}). "
            "Not expected? Make the card void in Noaber."
        ),
    },
    About.CALLED: {
        "nl": "Noaber: u wordt nu gebeld ({when}), want er is hulp gevraagd. Neem op.",
        "en": "Noaber: you are being called now ({when}), since help is asked. Answer the phone.",
    },
    About.ASKED: {
        "nl": "Noaber: er is hulp gevraagd aan uw organisatie ({when}). Kijk in Noaber wie kan.",
        "en": "Noaber: your organisation is asked for help ({when}). Look in Noaber who can go.",
    },
    About.NOBODY: {
        "nl": (
            "Noaber: er is hulp gevraagd en niemand van uw piketlijst pakt het op ({when}). "
            "Bel {phone}. Meer staat in Noaber."
        ),
        "en": (
            "Noaber: help is asked and nobody on your wake-up list takes it up ({when}). "
            "Phone {phone}. More is in Noaber."
        ),
    },
    About.CALLED_TO_CONFIRM: {
        "nl": "Noaber: u wordt nu gebeld ({when}): een hulpvraag wacht op uw akkoord. Neem op.",
        "en": "Noaber: you are being called now ({when}): a request waits for your yes. Answer the phone.",
    },
    About.UNCONFIRMED: {
        "nl": (
            "Noaber: een hulpvraag wacht op akkoord en niemand neemt op ({when}). "
            "Bevestig in Noaber, of bel {phone}."
        ),
        "en": (
            "Noaber: a request waits for a yes and nobody answers ({when}). "
            "Confirm it in Noaber, or phone {phone}."
        ),
    },
    About.YES_COUNTED: {
        "nl": (
            "Noaber: uw akkoord per telefoon ({when}) telt. "
            "Was u dat niet? Trek de hulpvraag in, of bel de IBD: {ibd}."
        ),
        "en": (
            "Noaber: your yes by phone ({when}) counts. "
            "Was it not you? Withdraw the request, or phone the IBD: {ibd}."
        ),
    },
    About.YES_REFUSED: {
        "nl": "Noaber: uw akkoord per telefoon ({when}) kon niet. Open Noaber; daar staat wat er wacht.",
        "en": "Noaber: your yes by phone ({when}) could not count. Open Noaber; there you read what waits.",
    },
    About.NUMBER_CHANGED: {
        "nl": (
            "Noaber: dit is uw nummer niet meer; een beheerder wijzigde het ({when}). "
            "Klopt dat niet? Waarschuw uw organisatie, of bel de IBD: {ibd}."
        ),
        "en": (
            "Noaber: this is your number no more; an administrator changed it ({when}). "
            "Not right? Warn your organisation, or phone the IBD: {ibd}."
        ),
    },
    About.OWN_NUMBER: {
        "nl": (
            "Noaber: dit is uw nummer niet meer; u wijzigde het zelf ({when}). "
            "Was u dat niet? Waarschuw uw organisatie, of bel de IBD: {ibd}."
        ),
        "en": (
            "Noaber: this is your number no more; you changed it yourself ({when}). "
            "Was it not you? Warn your organisation, or phone the IBD: {ibd}."
        ),
    },
}

_DIALLED: Final = re.compile(r"[0-9+()/. -]{3,24}")
"""What fits and is a number; what else an organisation wrote there stands in Noaber."""


_ON_DEVICE: Final = {
    About.NUMBER_CHANGED: {
        "nl": (
            "Noaber: een beheerder wijzigde uw nummer ({when}). "
            "Klopt dat niet? Waarschuw uw organisatie, of bel de IBD: {ibd}."
        ),
        "en": (
            "Noaber: an administrator changed your number ({when}). "
            "Not right? Warn your organisation, or phone the IBD: {ibd}."
        ),
    },
    About.OWN_NUMBER: {
        "nl": (
            "Noaber: u wijzigde uw nummer ({when}). "
            "Was u dat niet? Waarschuw uw organisatie, of bel de IBD: {ibd}."
        ),
        "en": (
            "Noaber: you changed your number ({when}). "
            "Was it not you? Warn your organisation, or phone the IBD: {ibd}."
        ),
    },
}
"""What is said otherwise on a device, which is no number that counts no more."""


def on_device(notice: Notice, language: OurLanguage) -> str:
    """The same for a device of the person's own."""
    words = _ON_DEVICE.get(notice.about, _TEXTS[notice.about])
    return _filled(words[language], notice, language)


def text_message(notice: Notice, language: OurLanguage) -> str:
    """The message in this language."""
    return _filled(_TEXTS[notice.about][language], notice, language)


def _filled(text: str, notice: Notice, language: OurLanguage) -> str:
    words = text.format(
        card=notice.subject.rpartition("-")[2],
        when=f"{dutch_time(notice.at):%d-%m %H:%M}",
        phone=notice.phone if _DIALLED.fullmatch(notice.phone) else IBD_PHONE,
        ibd=IBD_PHONE,
    )
    return _EXERCISE[language] + words if notice.exercise else words
