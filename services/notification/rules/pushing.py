"""What a browser is given to show: words as poor as those of a text, and which page a tap opens."""

import json
from datetime import datetime, timedelta
from typing import Final

from schemas.values import OurLanguage
from services.notification.rules.ladder import STALE
from services.notification.rules.notices import BY_CALL, About
from services.notification.rules.sending import A_CALL, TextMessage

PAGES: Final = {
    About.CARD_ASKED: "cards",
    About.CARD_USED: "cards",
    About.CALLED: "desk",
    About.CALLED_TO_CONFIRM: "home",
    About.UNCONFIRMED: "home",
    About.YES_COUNTED: "home",
    About.YES_REFUSED: "home",
    About.ASKED: "desk",
    About.NOBODY: "desk",
    About.NUMBER_CHANGED: "devices",
    About.OWN_NUMBER: "devices",
}
"""Names of pages and no addresses: the browser opens none but ours, and there one signs in."""


def shown(text: TextMessage, language: OurLanguage) -> bytes:
    """As the service worker reads it, in JSON. `id`: what is shown once, however often it comes."""
    content = {"id": str(text.id), "text": text.body, "language": language, "page": PAGES[text.about]}
    return json.dumps(content, ensure_ascii=False).encode()


LEAST: Final = timedelta(minutes=1)


def still(text: TextMessage, now: datetime) -> timedelta:
    """How long a push service keeps it for a device that is off: what is over by then is not shown."""
    lasts = A_CALL if text.about in BY_CALL else STALE
    return max(LEAST, text.at + lasts - now)
