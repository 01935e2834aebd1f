"""Sends the text messages that are due: each once, also when we die between the order and its answer."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from schemas.phone_number import NoNumber
from services.notification.caller import Reach
from services.notification.ports import Declined, Report, Unreachable
from services.notification.rounds import Rounds, all_ended
from services.notification.rules.ladder import STALE
from services.notification.rules.sending import AGAIN, Lost, TextMessage, TextState, after_no, next_try
from services.notification.store.notices import Notices
from services.runtime.now import Now

log: Final = logging.getLogger(__name__)

AT_ONCE: Final = 50

EARLIER: Final = timedelta(minutes=2)
"""So far the clock of who saw it happen may be ahead of the provider's; words and number tell the rest."""


class Texter(Rounds):
    """Looks each second, or when told, which messages are due; `may_send` holds it until all is known."""

    def __init__(
        self,
        notices: Notices,
        reach: Reach,
        *,
        now: Now,
        may_send: Callable[[], bool],
        on_lost: Callable[[Lost], Awaitable[None]],
    ) -> None:
        """`on_lost`: writes down where people look that one got lost. Raises Unreachable where it cannot."""
        super().__init__(may_send, "text messages are not sent")
        self._notices = notices
        self._numbers = reach.numbers
        self._telephone = reach.telephone
        self._now = now
        self._on_lost = on_lost

    async def once(self) -> None:
        """Write out what is to be told, send what is due, say what got lost, and forget what is old."""
        while await self._notices.spread(self._now()):
            pass
        await all_ended(*map(self._send, await self._notices.due(self._now(), AT_ONCE)))
        await self._say_lost()
        self.trouble = await self._notices.trouble()
        await self._notices.tidy(self._now())

    async def _say_lost(self) -> None:
        for each in await self._notices.lost():
            try:
                await self._on_lost(each)
            except Unreachable as away:
                log.warning("whom a text did not reach is not written down: %s; trying again", away)

    async def _send(self, text: TextMessage) -> None:
        now = self._now()
        if text.state is TextState.WAITING and not await self._notices.needed(text.id):
            await self._notices.become(text.id, TextState.NOT_NEEDED, "")
            return
        if now - text.at > STALE:
            await self._give_up(text, "it is too long ago")
            return
        try:
            # First the number: while the keys cannot be had, nothing is ordered and nothing uncertain.
            number = await self._number(text)
        except NoNumber:
            await self._notices.become(text.id, TextState.NO_NUMBER, "no number that can be reached")
        except Unreachable as away:
            await self._notices.postpone(text.id, next_try(1, now), str(away))
        else:
            if await self._notices.claim(text, self._now()):
                await self._order(text, number)

    async def _number(self, text: TextMessage) -> str:
        if text.former:
            return await self._numbers.until(text.person, text.at)
        return await self._numbers.of(text.person)

    async def _order(self, text: TextMessage, number: str) -> None:
        """One try, whose receipt is written."""
        try:
            taken = await self._taken(text, number)
            # Once more, just before the order: the number and the look-up took a while.
            if taken is None and not await self._notices.needed(text.id):
                await self._notices.become(text.id, TextState.NOT_NEEDED, "")
                return
            if taken is None and text.tried_enough:
                await self._give_up(text, "the provider does not say that it took it")
                return
            message = taken or await self._telephone.text(text.id, number, text.body)
        except Declined as no:
            log.error("text message %s was declined: %s", text.id, no)
            await self._notices.become(text.id, after_no(text), str(no))
        except Unreachable as away:
            log.warning("text message %s was not confirmed: %s", text.id, away)
            if text.tried_enough:
                await self._give_up(text, str(away))
            else:
                await self._notices.become(text.id, TextState.ORDERED, str(away))
        else:
            await self._notices.complete(text.id, message)

    async def hear(self, report: Report) -> None:
        """What the telephone told of a message: it arrived, or is sent once more, or is given up."""
        if await self._notices.reported(report, self._now() + AGAIN) is TextState.UNDELIVERED:
            log.error("text message %s did not arrive, twice", report.reference)
        self.look()

    async def _taken(self, text: TextMessage, number: str) -> str | None:
        """The provider's id, if it took this message in an earlier try whose answer was lost."""
        if text.surely_not_taken(self._now()):
            return None
        known = await self._notices.known(text.person)
        try:
            return await self._telephone.find_text(number, text.body, text.at - EARLIER, known)
        except Declined as no:
            # No to the question is no answer to it.
            raise Unreachable(str(no)) from None

    async def _give_up(self, text: TextMessage, why: str) -> None:
        log.error("text message %s is given up: %s", text.id, why)
        await self._notices.become(text.id, TextState.UNKNOWN, why)
