"""Places the calls whose turn it is: each once, also when we die between the order and its answer."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from schemas.events.delivery import Asks, Attempt, AttemptState, Delivery, DeliveryState
from schemas.phone_number import NoNumber
from schemas.values import IBD, OurLanguage
from services.notification.numbers import Numbers
from services.notification.ports import Call, Declined, Ended, Heard, Telephone, Unreachable
from services.notification.rounds import Rounds, all_ended
from services.notification.rules.confirm_words import Names, after_confirm, confirm_call
from services.notification.rules.ladder import (
    checked,
    ended,
    heard_with,
    held,
    keyed,
    ordered,
    to_call,
    told_with,
)
from services.notification.rules.mandated import waits
from services.notification.rules.sending import UNDER_WAY
from services.notification.rules.words import SILENCE, Sentence, after_key, wake_call
from services.notification.store.deliveries import Decide, Deliveries
from services.notification.store.receipts import Receipt, Receipts
from services.runtime.now import Now

log: Final = logging.getLogger(__name__)

RINGS: Final = 45
AT_ONCE: Final = 20

HOLDS_ON: Final = 4.0
"""Seconds that whoever said yes waits on the line for what becomes of it; a provider waits about fifteen."""

LOOKS: Final = 0.1

GATHERS: Final = timedelta(seconds=1)
"""What begins together, as at seven in the morning, is told in one call."""

CLOCKS: Final = timedelta(seconds=5)
"""So far the provider's clock may be behind ours: a call that it took is found by its moment."""

GRACE: Final = UNDER_WAY
"""After that, a call that the provider does not know was never placed."""


@dataclass(frozen=True)
class Reach:
    """With what people are reached: their numbers, and a telephone."""

    numbers: Numbers
    telephone: Telephone


class Caller(Rounds):
    """Looks each second, or when told, at whose phone should ring; `may_call` holds it until all is known."""

    def __init__(
        self,
        deliveries: Deliveries,
        receipts: Receipts,
        reach: Reach,
        *,
        now: Now,
        may_call: Callable[[], bool],
        wake_relay: Callable[[], None],
    ) -> None:
        # The turn's deadline stands: whoever cannot be called by then is followed by the next.
        super().__init__(may_call, "calls are not placed")
        self._deliveries = deliveries
        self._receipts = receipts
        self._numbers = reach.numbers
        self._telephone = reach.telephone
        self._now = now
        self._wake_relay = wake_relay
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def once(self) -> None:
        """Call everybody whose turn it is."""
        found = [(each, to_call(each)) for each in await self._deliveries.calling()]
        self.trouble = ""
        now = self._now()
        await all_ended(
            *(
                self._place(each, attempt)
                for each, attempt in found
                if attempt is not None and not _gathers(each, attempt, now)
            )
        )

    async def _place(self, delivery: Delivery, attempt: Attempt) -> None:
        async with self._at_once:
            try:
                # Once ordered, that is not asked any more before it is known that nothing was.
                is_ordered = await self._receipts.is_ordered(attempt.id)
                if not is_ordered and not await self._stands(delivery, attempt):
                    return
                # First the number: while the keys cannot be had, nothing is ordered and nothing uncertain.
                number = await self._numbers.of(attempt.person)
                receipt = await self._claim(delivery, attempt)
                if receipt is not None and await self._is_to_order(receipt, delivery, attempt, number):
                    language = await self._numbers.language(attempt.person)
                    text = await self._words(delivery, attempt, language)
                    call = Call(attempt.id, number, text, language, 1, RINGS)
                    await self._receipts.complete(attempt.id, await self._telephone.call(call))
            except NoNumber:
                log.warning("the call for attempt %s cannot be placed: no number", attempt.id)
                await self._ended(delivery.id, attempt.id, attempt.id, AttemptState.FAILED)
                self._changed()
            except Declined as no:
                log.warning("the call for attempt %s cannot be placed: %s", attempt.id, no)
                await self._end(attempt.id, AttemptState.FAILED)
            except Unreachable as away:
                self.trouble = f"calls wait: {away}"
                log.warning("the call for attempt %s waits: %s", attempt.id, away)

    async def _stands(self, delivery: Delivery, attempt: Attempt) -> bool:
        """Whether this person may be called now."""
        found = await self._change(delivery.id, lambda each, ladder: checked(each, attempt.id, ladder))
        current = None if found is None else to_call(found)
        if current is None or current.id != attempt.id:
            self._changed()
            return False
        return True

    async def _claim(self, delivery: Delivery, attempt: Attempt) -> Receipt | None:
        """What may have to be ordered; None where nothing has to be, or this person is on the phone now."""
        receipt = await self._receipts.claim(attempt, self._now(), GRACE)
        if receipt is None:
            await self._change(delivery.id, lambda each, ladder: held(each, attempt.id, ladder))
        elif receipt.fresh:
            await self._change(delivery.id, lambda each, ladder: ordered(each, attempt.id, ladder))
        elif (other := receipt.within) is not None and other != attempt.called_with:
            await self._change(delivery.id, lambda each, ladder: heard_with(each, attempt.id, other, ladder))
        is_settled = receipt is None or receipt.call is not None or receipt.within is not None
        return None if is_settled else receipt

    async def _is_to_order(self, receipt: Receipt, delivery: Delivery, attempt: Attempt, number: str) -> bool:
        """Whether it is certain that nothing was ordered. An order without an answer is looked up first."""
        if receipt.fresh:
            return True
        if self._now() < receipt.ordered_at + GRACE:
            return False
        known = await self._receipts.known_calls(receipt.ordered_at)
        found = await self._telephone.find(number, receipt.ordered_at - CLOCKS, known)
        if found is not None:
            await self._receipts.found(receipt, found)
            return False
        if not await self._stands(delivery, attempt):
            # It took a while: they answered, or went off duty, and nothing was ordered.
            return False
        # From now on, and not from before it was looked up: that took a while.
        if not await self._receipts.order_again(attempt, receipt.lost, self._now()):
            await self._change(delivery.id, lambda each, ladder: held(each, attempt.id, ladder))
            return False
        if receipt.lost is not None:
            await self._change(delivery.id, lambda each, _: told_with(each, attempt.id, attempt.id))
        return True

    async def hear(self, heard: Heard) -> Sentence | None:
        """What the telephone told of a call; the sentence that follows. None when it is no call of ours."""
        told = await self._deliveries.of_call(heard.reference)
        if not told:
            return None
        if heard.keys is None:
            failed = heard.ended is Ended.FAILED
            await self._end(heard.reference, AttemptState.FAILED if failed else AttemptState.UNANSWERED)
            return SILENCE
        keys = heard.keys
        heeded = [await self._keyed(delivery, attempt, heard.reference, keys) for delivery, attempt in told]
        self._changed()
        # Of several, one may be over meanwhile: what is said is about what is not.
        delivery, attempt = min(heeded, key=lambda each: each[0].state is DeliveryState.OVER)
        language = await self._numbers.language(attempt.person)
        if delivery.asks is Asks.CONFIRM:
            return after_confirm(delivery, await self._became(delivery.id, attempt), keys, language)
        return after_key(delivery, keys, language)

    async def _keyed(self, key: UUID, attempt: UUID, call: UUID, keys: str) -> tuple[Delivery, Attempt]:
        found = await self._change(
            key, lambda each, ladder: keyed(told_with(each, attempt, call), attempt, keys, ladder)
        )
        answered = _attempt(found, attempt)
        # Neither a ladder nor a step of it is ever taken away.
        assert found is not None and answered is not None
        return found, answered

    async def _words(self, delivery: Delivery, attempt: Attempt, language: OurLanguage) -> str:
        if delivery.asks is not Asks.CONFIRM:
            return wake_call(delivery, language, await self._deliveries.told_with(attempt.id))
        offer = attempt.offer or delivery.offer
        assert offer is not None
        circle, region = await self._deliveries.names_of(offer.circle)
        names = Names(await self._asker(delivery, offer.asked_by), circle, region)
        return confirm_call(delivery, attempt, names, language)

    async def _asker(self, delivery: Delivery, person: UUID) -> str:
        """Their name where they are a colleague, else for whom they work: as `Names.asker`."""
        works_for = await self._numbers.works_for(person)
        if delivery.organisation in works_for:
            return await self._numbers.name(person)
        if IBD in works_for:
            return IBD
        names, _ = await self._deliveries.names_of(works_for[:1])
        return "".join(names)

    async def _became(self, delivery: UUID, attempt: Attempt) -> Attempt:
        """The attempt once it is known what became of its yes, or as it is where that takes too long."""
        end = asyncio.get_running_loop().time() + HOLDS_ON
        while waits(attempt) and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(LOOKS)
            attempt = _attempt(await self._deliveries.read(delivery), attempt.id) or attempt
        return attempt

    async def _end(self, call: UUID, state: AttemptState) -> None:
        await self._receipts.over(call)
        for delivery, attempt in await self._deliveries.of_call(call):
            await self._ended(delivery, attempt, call, state)
        self._changed()

    async def _ended(self, delivery: UUID, attempt: UUID, call: UUID, state: AttemptState) -> None:
        await self._change(
            delivery, lambda each, ladder: ended(told_with(each, attempt, call), attempt, state, ladder)
        )

    async def _change(self, delivery: UUID, rule: Decide) -> Delivery | None:
        return await self._deliveries.change(delivery, rule, self._now())

    def _changed(self) -> None:
        self._wake_relay()
        self.look()


def _attempt(delivery: Delivery | None, key: UUID) -> Attempt | None:
    attempts = () if delivery is None else delivery.attempts
    return next((each for each in attempts if each.id == key), None)


def _gathers(delivery: Delivery, attempt: Attempt, now: datetime) -> bool:
    """Whether to wait a moment for what else begins now; never for one's own organisation's emergency."""
    return delivery.asks is not Asks.CONFIRM and timedelta(0) <= now - attempt.at < GATHERS
