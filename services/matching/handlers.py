"""Plans again when anything changes, and says only what is new."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from schemas.codec import TooLarge, encode, state_bytes
from schemas.envelope import Envelope, Event, Record
from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.events.suggestion import Suggestion
from schemas.state import State
from schemas.topics import SUGGESTIONS
from services.matching.rules.picture import Asked, Picture
from services.matching.rules.suggest import OTHERS_PER_SLOT, suggest
from services.runtime.now import Now
from services.runtime.ports import Publisher

log: Final = logging.getLogger(__name__)

SOURCE: Final = "urn:noaber:matching"
GATHER_SECONDS: Final = 0.05
"""Changes come in bursts (a report with its requests, a claim with its approaches): one plan for all."""

IDLE_SECONDS: Final = 15.0
"""Time changes the picture too: duty ends, reservations pass their deadline, requests become urgent."""

States = Mapping[type[State], Mapping[str, Event]]
Order = tuple[int, int]


@dataclass(frozen=True)
class Said:
    """What was last said about a request; `request` is None where an earlier process said it.

    `again`: more than one suggestion was about that version of the request.
    """

    suggestion: Suggestion
    version: int
    request: HelpRequest | None = None
    again: bool = False


class Superseded(Exception):
    """Another matching speaks after this one: this one ends."""


class Planner:
    """Keeps the suggestions on the topic equal to what the rules make of the newest states.

    A suggestion's version is the moment in milliseconds, and always above the version said before, which is
    read back from the topic at start: so it rises across restarts, and also when the topic was lost.
    """

    def __init__(
        self,
        states: States,
        publisher: Publisher,
        now: Now,
        prefix: str = "",
        others: int = OTHERS_PER_SLOT,
    ) -> None:
        self._states = states
        self._publisher = publisher
        self._now = now
        self._topic = prefix + SUGGESTIONS.name
        self._others = others
        self._changed = asyncio.Event()
        self._said: dict[UUID, Said] = {}
        self._claimed: dict[UUID, int] | None = None
        self._superseded = False
        self._covered: dict[str, Order] = {}
        self._planned = asyncio.Condition()
        self.planned_at = time.monotonic()

    def changed(self) -> None:
        """Something in the picture is new."""
        self._changed.set()

    async def answer(self, event: Event) -> None:
        """Return once a plan has covered this version of the request or a newer one, and was published."""
        key, order = event.envelope.key, event.envelope.order
        async with self._planned:
            if self._covered.get(key, (0, 0)) < order:
                self.changed()
            await self._planned.wait_for(lambda: self._covered.get(key, (0, 0)) >= order)

    def heard(self, event: Event) -> None:
        """Our own topic says this. Raises Superseded when it is newer than all that we said.

        Kafka lets a second member of the same name in, and aiokafka 0.14 does not tell the first one: so the
        one that spoke last goes on, and the other sees it here.
        """
        if self._claimed is None:
            return
        key, version = event.envelope.key, event.envelope.version
        if version > (ours := self._claimed.get(UUID(key), 0)):
            # What it says until this process is gone would end the other one too.
            self._superseded = True
            raise Superseded(f"suggestion {key} is of another matching: version {version}, after our {ours}")

    async def run(self) -> None:
        """Plan for ever; to be started when the picture is whole. Raises what publishing raises."""
        self._recall()
        while True:
            self._changed.clear()
            await self.plan()
            try:
                await asyncio.wait_for(self._changed.wait(), IDLE_SECONDS)
            except TimeoutError:
                continue
            await asyncio.sleep(GATHER_SECONDS)

    async def plan(self) -> int:
        """Plan once and publish what differs from what was said; how many suggestions that were."""
        picture, covers = picture_of(self._states), self._orders()
        now = self._now()
        # A thread of its own: a large plan takes a second, and the group's heartbeat must not wait for it.
        found = await asyncio.to_thread(suggest, picture, now, self._others)
        news = {
            key: said
            for key, suggestion in found.items()
            if (said := self._news(suggestion, picture.requests[key].request)) is not None
        }
        records = self._records(news)
        news = {key: said for key, said in news.items() if key in records}
        if self._superseded:
            raise Superseded("another matching speaks after this one")
        # Before they are sent: they may be read back before their acknowledgement is here.
        self._claimed = {**(self._claimed or {}), **{key: said.version for key, said in news.items()}}
        if news:
            await self._publisher.publish([(self._topic, record) for record in records.values()])
        self._said.update(news)
        self.planned_at = time.monotonic()
        async with self._planned:
            self._covered = covers
            self._planned.notify_all()
        return len(news)

    def _recall(self) -> None:
        for event in self._states[Suggestion].values():
            if isinstance(event.state, Suggestion):
                self._said[event.state.id] = Said(event.state, event.envelope.version)
        self._claimed = {key: said.version for key, said in self._said.items()}

    def _orders(self) -> dict[str, Order]:
        return {key: event.envelope.order for key, event in self._states[HelpRequest].items()}

    def _news(self, suggestion: Suggestion, request: HelpRequest) -> Said | None:
        before = self._said.get(suggestion.id)
        version = int(self._now().timestamp() * 1000)
        if before is None:
            return Said(suggestion, version, request)
        if suggestion == before.suggestion or _is_echo(before, suggestion, request):
            return None
        same = before.suggestion.request_version == suggestion.request_version
        return Said(suggestion, max(version, before.version + 1), request, again=same)

    def _records(self, news: Mapping[UUID, Said]) -> dict[UUID, Record]:
        records: dict[UUID, Record] = {}
        for key, said in news.items():
            try:
                records[key] = self._record(said)
            except TooLarge as large:
                # Its request gets no advice, and every other one does.
                log.error("a suggestion is not said: %s", large)
        return records

    def _record(self, said: Said) -> Record:
        value = state_bytes(said.suggestion)
        request = self._states[HelpRequest][said.suggestion.key].envelope
        # The version is part of it: back to an earlier suggestion is news, and no repeat of that event.
        name = f"{said.version}/{hashlib.sha256(value).hexdigest()}"
        envelope = Envelope(
            id=uuid5(said.suggestion.id, name),
            type=said.suggestion.event_type(),
            source=SOURCE,
            time=self._now(),
            key=said.suggestion.key,
            version=said.version,
            epoch=request.epoch,
            correlation=request.correlation,
            exercise=request.exercise,
        )
        return encode(envelope, value)


def _is_echo(before: Said, suggestion: Suggestion, request: HelpRequest) -> bool:
    """Whether the request is new only because its owner noted in it what we said last.

    To say the same about that version would make the owner note it again, and so on for ever. Two suggestions
    about one version are the exception: the owner refused the second, being a version further by then.
    """
    noted = {"could_ask": None, "shortfall": ()}
    return (
        before.request is not None
        and not before.again
        and suggestion.model_copy(update={"request_version": 0})
        == before.suggestion.model_copy(update={"request_version": 0})
        and request.model_copy(update=noted) == before.request.model_copy(update=noted)
    )


def picture_of(states: States) -> Picture:
    """What the rules see of the newest states, at this moment."""

    def by_id(kind: type[State]) -> dict[Any, Any]:
        return {event.state.id: event.state for event in states[kind].values()}

    return Picture(
        requests={
            event.state.id: Asked(event.envelope.version, event.state)
            for event in states[HelpRequest].values()
            if isinstance(event.state, HelpRequest)
        },
        **{name: by_id(kind) for name, kind in KINDS.items()},
    )


KINDS: Final[dict[str, type[State]]] = {
    "organisations": Organisation,
    "people": Person,
    "duty": Duty,
    "lending": Lending,
    "incidents": Incident,
    "approaches": Approach,
    "commitments": Commitment,
}
