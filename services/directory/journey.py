"""What a browser that was sent to its organisation's provider brings back of why it went."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from schemas.refused import Refused
from services.directory.doors import PREFIX

BACK: Final = f"{PREFIX}/oidc/back"


@dataclass(frozen=True)
class Journey:
    """What the browser was sent away for. `origin`: our page; `person`: who binds, empty for signing in."""

    organisation: str
    origin: str
    person: UUID | None

    @property
    def back(self) -> str:
        """Our own address to come back to, as the provider knows it: another one for each organisation.

        So a provider cannot have what another one says brought to itself (RFC 9700, 4.4.2.2).
        """
        return f"{self.origin}{BACK}/{self.organisation}"

    def packed(self) -> str:
        """As part of a cookie."""
        parts = [self.organisation, self.origin, str(self.person or "")]
        return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()

    @classmethod
    def unpacked(cls, text: str) -> "Journey":
        """From a cookie. Refused: `ceremony_over` where it is none of ours."""
        try:
            organisation, origin, person = json.loads(base64.urlsafe_b64decode(text))
            return cls(organisation, origin, UUID(person) if person else None)
        except (binascii.Error, ValueError, TypeError) as odd:
            raise Refused("ceremony_over") from odd


def page_of(held: str) -> str:
    """Where a browser was when it left. Its word for that is enough: it is told the same at both."""
    try:
        return "/devices" if Journey.unpacked(held.partition(".")[0]).person is not None else "/sign-in"
    except Refused:
        return "/sign-in"
