"""What was said about each request, and how it is said: only news, with versions that rise for ever."""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid5

from schemas.codec import TooLarge, encode, state_bytes
from schemas.envelope import Envelope, Event, Record
from schemas.events.help_request import HelpRequest
from schemas.events.suggestion import Suggestion
from schemas.topics import SUGGESTIONS
from services.matching.handlers.sight import States
from services.runtime.now import Now
from services.runtime.ports import Publisher

log: Final = logging.getLogger(__name__)

SOURCE: Final = "urn:noaber:matching"

COUNTS_REST_MS: Final = 10_000
"""So long after a word about a request nothing is said of it but news: that 149 could be asked instead of 150
is none, and every switch of somebody's duty in the country would have its owner note it in every request."""


@dataclass(frozen=True)
class Found:
    """What the rules make of one request; `asking`: somebody may be asked for it at all."""

    suggestion: Suggestion
    request: HelpRequest
    asking: bool


@dataclass(frozen=True, eq=False)
class Said:
    """What was last said about a request; `request` is None where an earlier process said it.

    `again`: more than one suggestion was about that version of the request.
    """

    suggestion: Suggestion
    version: int
    asking: bool
    request: HelpRequest | None = None
    again: bool = False


class Superseded(Exception):
    """Another matching speaks after this one: this one ends."""


class Voice:
    """Keeps what was said, by request, and publishes what is news.

    A suggestion's version is the moment in milliseconds, and always above the version said before, which is
    read back from the topic at start: so it rises across restarts, and also when the topic was lost.

    Whoever speaks holds `speaking` from the look at what was said until the acknowledgement: a plan and a
    first hint never say two things about one request in an order that nobody chose.
    """

    def __init__(self, states: States, publisher: Publisher, now: Now, prefix: str) -> None:
        self._states = states
        self._publisher = publisher
        self._now = now
        self._topic = prefix + SUGGESTIONS.name
        self._claimed: dict[UUID, int] | None = None
        self._superseded = False
        self.speaking = asyncio.Lock()
        self.said: dict[UUID, Said] = {}

    def recall(self) -> None:
        """Take over what was said before this process began."""
        for event in self._states[Suggestion].values():
            if isinstance(event.state, Suggestion):
                asking = bool(event.state.candidates)
                self.said[event.state.id] = Said(event.state, event.envelope.version, asking)
        self._claimed = {key: said.version for key, said in self.said.items()}

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

    def is_new(self, key: UUID, terms_version: int) -> bool:
        """Whether nothing was said about a request with these terms: nothing at a time when it could ask."""
        before = self.said.get(key)
        return before is None or not before.asking or before.suggestion.terms_version != terms_version

    async def say(self, found: Mapping[UUID, Found]) -> int:
        """Publish what differs from what was said; how many suggestions that were. Needs `speaking`.

        Raises Superseded, and what publishing raises; then it counts as not said.
        """
        news: dict[UUID, Said] = {}
        records: dict[UUID, Record] = {}
        for key, each in found.items():
            said = self._news(each)
            if said is None:
                self.said[key] = replace(self.said[key], asking=each.asking)
                continue
            try:
                records[key] = self._record(said)
                news[key] = said
            except TooLarge as large:
                # Its request gets no advice, and every other one does.
                log.error("a suggestion is not said: %s", large)
        if self._superseded:
            raise Superseded("another matching speaks after this one")
        # Before they are sent: they may be read back before their acknowledgement is here.
        self._claimed = self._claimed or {}
        self._claimed.update({key: said.version for key, said in news.items()})
        if news:
            await self._publisher.publish([(self._topic, record) for record in records.values()])
        self.said.update(news)
        return len(news)

    def _news(self, found: Found) -> Said | None:
        suggestion, request = found.suggestion, found.request
        before = self.said.get(suggestion.id)
        version = int(self._now().timestamp() * 1000)
        if before is None:
            return Said(suggestion, version, found.asking, request)
        if suggestion == before.suggestion or _is_echo(before, suggestion, request):
            return None
        # Where the clock went back, nobody waits for it to come round again.
        if abs(version - before.version) < COUNTS_REST_MS and _only_counts(before, suggestion, request):
            return None
        same = before.suggestion.request_version == suggestion.request_version
        return Said(suggestion, max(version, before.version + 1), found.asking, request, again=same)

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
            traceparent=request.traceparent,
        )
        return encode(envelope, value)


def _is_echo(before: Said, suggestion: Suggestion, request: HelpRequest) -> bool:
    """Whether the request is new only because its owner noted in it what we said last.

    To say the same about that version would make the owner note it again, and so on for ever.
    """
    return suggestion.model_copy(update={"request_version": 0}) == before.suggestion.model_copy(
        update={"request_version": 0}
    ) and _asks_the_same(before, request)


def _only_counts(before: Said, suggestion: Suggestion, request: HelpRequest) -> bool:
    """Whether nothing but numbers differs: the same are advised, for the same reasons not more of them."""
    same = _without_counts(suggestion) == _without_counts(before.suggestion)
    return same and _asks_the_same(before, request)


def _asks_the_same(before: Said, request: HelpRequest) -> bool:
    """Whether nobody changed what is asked, and its owner took in what we said last.

    Of two suggestions about one version it refused the second, being a version further by then.
    """
    if before.request is None or before.again:
        return False
    noted = {"could_ask": None, "shortfall": ()}
    return request.model_copy(update=noted) == before.request.model_copy(update=noted)


def _without_counts(suggestion: Suggestion) -> tuple[object, ...]:
    could = suggestion.could_ask
    reasons = frozenset(each.reason for each in suggestion.shortfall)
    return suggestion.candidates, bool(could.people), bool(could.organisations), reasons
