"""Challenges of sign-in: each belongs to one browser and one purpose, opens once, and for five minutes."""

import base64
import binascii
import hmac
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from schemas.refused import Refused

LASTS: Final = timedelta(minutes=5)
CHALLENGE: Final = 32
"""Bytes; WebAuthn asks for at least 16."""

MOST_SPENT: Final = 50_000
"""Spent ones that are remembered; only a phone's own signature spends one, so strangers cannot fill this."""


class Challenges:
    """Gives challenges out in a sealed cookie and takes each back once.

    What is given out takes no memory, so nobody can push another's out by asking for very many. After a
    restart the key is another one: whoever was half-way is told to try again.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._spent: OrderedDict[bytes, datetime] = OrderedDict()

    def sealed(self, challenge: bytes, purpose: str, now: datetime) -> str:
        """The cookie that goes with a challenge."""
        body = challenge + int((now + LASTS).timestamp()).to_bytes(8, "big")
        return base64.urlsafe_b64encode(body + self._mark(body, purpose)).decode()

    def opened(self, cookie: str, purpose: str, now: datetime) -> bytes:
        """The challenge in a cookie. Refused: `ceremony_over` where it is none of ours, late, or spent."""
        try:
            whole = base64.b64decode(cookie, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as odd:
            raise Refused("ceremony_over") from odd
        body, mark = whole[: CHALLENGE + 8], whole[CHALLENGE + 8 :]
        if not hmac.compare_digest(mark, self._mark(body, purpose)):
            raise Refused("ceremony_over")
        challenge, end = body[:CHALLENGE], int.from_bytes(body[CHALLENGE:], "big")
        if now.timestamp() >= end or challenge in self._spent:
            raise Refused("ceremony_over")
        return challenge

    def spend(self, challenge: bytes, now: datetime) -> None:
        """It was answered: nobody answers it again. Refused: `ceremony_over` for whoever comes second."""
        while self._spent and next(iter(self._spent.values())) <= now:
            self._spent.popitem(last=False)
        if challenge in self._spent:
            raise Refused("ceremony_over")
        if len(self._spent) >= MOST_SPENT:
            self._make_room()
        self._spent[challenge] = now + LASTS

    def _make_room(self) -> None:
        raise Refused("ceremony_over")

    def _mark(self, body: bytes, purpose: str) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + body, "sha256")


class OfStrangers(Challenges):
    """Those that anybody can spend, who proves nothing first: of too many the oldest is forgotten.

    Or who spends very many shuts a door for everybody. A provider takes each of its codes once as well.
    """

    def _make_room(self) -> None:
        self._spent.popitem(last=False)
