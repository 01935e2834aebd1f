"""A call to the number that somebody registered, at which they key in the code that is on their screen."""

import hashlib
import hmac
import logging
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from schemas.phone_number import NoNumber
from services.notification.numbers import Numbers
from services.notification.ports import Call, Declined, Heard, Telephone, Unreachable
from services.notification.rules.code import RUNNING, CodeState, state_at
from services.notification.rules.words import SILENCE, Sentence, after_code, code_call
from services.notification.store.codes import CodeCall, Codes
from services.runtime.now import Now

log: Final = logging.getLogger(__name__)

RINGS: Final = 40
"""Seconds; longer, and a voice mail takes it."""


@dataclass(frozen=True)
class Wanted:
    """A call that another service asks for, by an id of its own."""

    id: UUID
    person: UUID
    code: str


class CallBacks:
    """Places each such call once, whatever happens, and says what came of it."""

    def __init__(self, codes: Codes, numbers: Numbers, telephone: Telephone, now: Now, secret: str) -> None:
        self._codes = codes
        self._numbers = numbers
        self._telephone = telephone
        self._now = now
        self._secret = secret.encode()

    async def place(self, wanted: Wanted) -> CodeState:
        """Call, unless that was done; what is known of it. Raises TooOften.

        It is noted before it is placed: a process that dies in between leaves a call that perhaps rings and
        counts as failed, and never a second one.
        """
        digest = self._digest(wanted.id, wanted.code)
        digits = len(wanted.code)
        call = CodeCall(wanted.id, wanted.person, digest, digits, CodeState.PLACING, self._now())
        if await self._codes.place(call):
            await self._codes.become(wanted.id, await self._ring(wanted))
        return await self.outcome(wanted.id) or CodeState.FAILED

    async def outcome(self, call: UUID) -> CodeState | None:
        """What came of it by now; None for one that was never asked for."""
        found = await self._codes.read(call)
        return None if found is None else state_at(found.state, found.placed_at, self._now())

    async def hear(self, heard: Heard) -> Sentence | None:
        """What the telephone told; the sentence that follows, or None when it is no call of ours.

        The first answer counts: who keys in a wrong code does not try the next on the same call.
        """
        found = await self._codes.read(heard.reference)
        if found is None:
            return None
        if state_at(found.state, found.placed_at, self._now()) in RUNNING:
            await self._codes.become(found.id, self._means(found, heard))
        state = await self.outcome(found.id)
        return SILENCE if state is None else after_code(state, await self._numbers.language(found.person))

    def _means(self, call: CodeCall, heard: Heard) -> CodeState:
        if heard.keys is None:
            return CodeState.UNANSWERED
        right = hmac.compare_digest(self._digest(call.id, heard.keys), call.digest)
        return CodeState.RIGHT if right else CodeState.WRONG

    async def _ring(self, wanted: Wanted) -> CodeState:
        try:
            number = await self._numbers.of(wanted.person)
            language, digits = await self._numbers.language(wanted.person), len(wanted.code)
            call = Call(wanted.id, number, code_call(language, digits), language, digits, RINGS)
            await self._codes.taken(wanted.id, await self._telephone.call(call))
        except NoNumber:
            log.warning("%s has no number that can be called", wanted.person)
            return CodeState.FAILED
        except Declined as declined:
            log.error("a call-back was declined: %s", declined)
            return CodeState.FAILED
        except Unreachable as away:
            # It rings perhaps: then its keys still count.
            log.error("a call-back was not confirmed: %s", away)
        return CodeState.RINGING

    def _digest(self, call: UUID, code: str) -> bytes:
        # With a secret: a million codes are tried in a second by whoever has the table alone.
        return hmac.new(self._secret, call.bytes + code.encode(), hashlib.sha256).digest()
