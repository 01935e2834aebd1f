"""Plans the whole again and again, and beside it says a first hint about what is new at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import islice
from typing import Final
from uuid import UUID

from schemas.envelope import Event
from schemas.events.help_request import HelpRequest
from schemas.events.suggestion import Suggestion
from services.matching.handlers.sight import Sight, States
from services.matching.handlers.voice import Found, Said, Voice
from services.matching.rules.flow import Taken, solve
from services.matching.rules.hint import first_hint
from services.matching.rules.known import Known
from services.matching.rules.network import Problem
from services.matching.rules.suggest import OTHERS_PER_SLOT, Plan, may_be_filled
from services.runtime.now import Now
from services.runtime.ports import Publisher

GATHER_SECONDS: Final = 0.05
"""Changes come in bursts (a report with its requests, a claim with its approaches): one plan for all."""

IDLE_SECONDS: Final = 15.0
"""Time changes the picture too: duty ends, reservations pass their deadline, requests become urgent."""

AT_ONCE: Final = 20
"""Suggestions of a plan that are said together, a few milliseconds of work: a first hint waits no longer."""

HINTS_AT_MOST: Final = 50
"""First hints that are said one after the other before the next plan begins: of a flood it takes the rest."""

Order = tuple[int, int]

Solve = Callable[[Problem], Awaitable[list[Taken]]]


async def solve_here(problem: Problem) -> list[Taken]:
    """Solve in a thread: enough where nobody waits for a hint meanwhile, since Python stands still for it."""
    return await asyncio.to_thread(solve, problem)


class Planner:
    """Keeps the suggestions on the topic equal to what the rules make of the newest states.

    A plan takes seconds for a whole country. A request about which nothing was said as it is asked now gets
    a first hint without waiting for that, from the newest states and what was said about the others. Each
    hint is followed by a plan that began after it; a plan that began before keeps silent about that request.
    What a plan that is under way will fill by itself needs no hint.
    """

    def __init__(
        self,
        states: States,
        publisher: Publisher,
        now: Now,
        prefix: str = "",
        *,
        others: int = OTHERS_PER_SLOT,
        solve: Solve = solve_here,
    ) -> None:
        self._states = states
        self._now = now
        self._others = others
        self._solve = solve
        self._sight = Sight(states)
        self._voice = Voice(states, publisher, now, prefix)
        self._changed = asyncio.Event()
        self._news = asyncio.Event()
        self._under_way: dict[UUID, int] = {}
        self._covered: dict[str, Order] = {}
        self._planned = asyncio.Condition()
        self.planned_at = time.monotonic()

    @property
    def planning(self) -> bool:
        """Whether a plan is under way."""
        return bool(self._under_way)

    def changed(self) -> None:
        """Something in the picture is new."""
        self._news.set()
        self._changed.set()

    async def answer(self, event: Event) -> None:
        """Return once a plan has covered this version of the request or a newer one, and was published."""
        key, order = event.envelope.key, event.envelope.order
        async with self._planned:
            if self._covered.get(key, (0, 0)) < order:
                self._changed.set()
            await self._planned.wait_for(lambda: self._covered.get(key, (0, 0)) >= order)

    def heard(self, event: Event) -> None:
        """Our own topic says this. Raises Superseded when another matching speaks after this one."""
        self._voice.heard(event)

    async def run(self) -> None:
        """Plan and hint for ever; to be started when the picture is whole. Raises what publishing raises."""
        self._voice.recall()
        plans = asyncio.create_task(self._plan_for_ever())
        hints = asyncio.create_task(self._hint_for_ever())
        try:
            done, _ = await asyncio.wait((hints, plans), return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            hints.cancel()
            plans.cancel()
            await asyncio.gather(hints, plans, return_exceptions=True)

    async def plan(self) -> int:
        """Plan once and publish what differs from what was said; how many suggestions that were."""
        known, covers, before = self._sight.known(self._now()), self._orders(), dict(self._voice.said)
        self._under_way = _fills(known)
        try:
            found = await self._suggestions(known)
            number = 0
            for keys in _parts(found):
                async with self._voice.speaking:
                    number += await self._voice.say(self._still_news(known, before, keys, found))
                # Whoever has something to say at once may do so now.
                await asyncio.sleep(0)
        finally:
            self._under_way = {}
        self.planned_at = time.monotonic()
        async with self._planned:
            self._covered = covers
            self._planned.notify_all()
        return number

    async def _suggestions(self, known: Known) -> dict[UUID, Suggestion]:
        # A thread of its own: neither the group's heartbeat nor a first hint can wait for a large plan.
        plan = await asyncio.to_thread(Plan, known)
        solutions = [await self._solve(problem) for problem in plan.problems]
        return await asyncio.to_thread(plan.suggestions, solutions, self._others)

    async def hint(self) -> int:
        """Say a first hint about each request that has none; how many that were."""
        known = self._sight.known(self._now())
        new = [
            each.request.id
            for each in known.picture.requests.values()
            if self._voice.is_new(each.request.id, each.request.terms_version)
            and self._under_way.get(each.request.id) != each.request.terms_version
            and may_be_filled(known, each.request)
        ]
        number = 0
        for key in new[:HINTS_AT_MOST]:
            number += await self._hint(key)
        return number

    async def _hint(self, key: UUID) -> int:
        async with self._voice.speaking:
            # Looked at anew: another word, or another state, may have come while it waited for its turn.
            known = self._sight.known(self._now())
            request = known.picture.requests[key].request
            if not self._voice.is_new(key, request.terms_version):
                return 0
            said = {each: word.suggestion for each, word in self._voice.said.items()}
            suggestion = first_hint(known, key, said, self._others)
            if suggestion is None:
                return 0
            number = await self._voice.say({key: Found(suggestion, request, asking=True)})
        # A plan that began before knows less and will say nothing about this request: another one has to.
        self._changed.set()
        return number

    async def _hint_for_ever(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self.hint()

    async def _plan_for_ever(self) -> None:
        while True:
            self._changed.clear()
            await self.plan()
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(GATHER_SECONDS)
            # What came in at this very moment would be under way, and wait for the whole plan.
            await self.hint()

    def _still_news(
        self,
        known: Known,
        before: Mapping[UUID, Said],
        keys: list[UUID],
        found: Mapping[UUID, Suggestion],
    ) -> dict[UUID, Found]:
        """Of these what may be said: not where a hint was given since the plan began, which knew more."""
        requests = {key: known.picture.requests[key].request for key in keys}
        return {
            key: Found(found[key], request, may_be_filled(known, request))
            for key, request in requests.items()
            if self._voice.said.get(key) is before.get(key)
        }

    def _orders(self) -> dict[str, Order]:
        return {key: event.envelope.order for key, event in self._states[HelpRequest].items()}


def _fills(known: Known) -> dict[UUID, int]:
    """Requests for which somebody may be asked, and the version of their terms."""
    requests = (each.request for each in known.picture.requests.values())
    return {each.id: each.terms_version for each in requests if may_be_filled(known, each)}


def _parts(found: Mapping[UUID, Suggestion]) -> Iterator[list[UUID]]:
    keys = iter(found)
    while part := list(islice(keys, AT_ONCE)):
        yield part
