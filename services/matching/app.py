"""Wires matching: the whole picture in memory, and an agent that answers each new version of a request."""

import sys
import time
from collections.abc import Sequence
from typing import Final

import faust
from faust.types import StreamT

from schemas.envelope import Event
from schemas.events.suggestion import Suggestion
from schemas.topics import (
    APPROACHES,
    COMMITMENTS,
    DUTY,
    HELP_REQUESTS,
    INCIDENTS,
    LENDING,
    ORGANISATIONS,
    PEOPLE,
    SUGGESTIONS,
)
from services.matching.handlers.planner import Planner, Solve
from services.matching.settings import MatchingSettings
from services.matching.solver import solver_process
from services.runtime import metrics
from services.runtime.consume import Policy
from services.runtime.dead_letters import KafkaDeadLetters
from services.runtime.health import Health, health_server
from services.runtime.now import clock
from services.runtime.prepare import create_topics
from services.runtime.process import together
from services.runtime.relay import KafkaPublisher
from services.runtime.replica import Newest
from services.runtime.worker import Group, Progress, consume, producer, run_worker, source, worker_app

PICTURE: Final = (ORGANISATIONS, PEOPLE, DUTY, LENDING, INCIDENTS, HELP_REQUESTS, APPROACHES, COMMITMENTS)
"""All of these are read whole, and our own suggestions with them, so that nothing is said twice."""

LATE_SECONDS: Final = 60.0
"""A plan is made at least every 15 s: without one for so long, something is wrong."""


SWITCH_SECONDS: Final = 0.001
"""A plan in its thread lets the event loop go on after so long: a first hint needs several turns of it."""


async def run(settings: MatchingSettings) -> None:
    """Run until cancelled; raises what made it end."""
    sys.setswitchinterval(SWITCH_SECONDS)
    prefix = settings.topic_prefix
    group = Group(
        "noaber-matching",
        settings.kafka,
        prefix,
        data_home=settings.data_home,
        replicas=settings.topic_replicas,
    )
    await create_topics(settings.kafka, prefix, settings.topic_replicas)
    publisher = KafkaPublisher(settings.kafka)
    try:
        async with producer(settings.kafka) as graves, solver_process() as solve:
            await Matching(settings, group, publisher, KafkaDeadLetters(graves, prefix), solve).run()
    finally:
        await publisher.stop()


class Matching:
    """Everything that runs in this process."""

    def __init__(
        self,
        settings: MatchingSettings,
        group: Group,
        publisher: KafkaPublisher,
        graves: KafkaDeadLetters,
        solve: Solve,
    ) -> None:
        self._settings = settings
        self._group = group
        self._newest = Newest(group.bootstrap, group.prefix, (*PICTURE, SUGGESTIONS), self._news)
        now = clock(settings.clock_offset_seconds)
        self._planner = Planner(
            self._newest.states,
            publisher,
            now,
            group.prefix,
            others=settings.approaches_per_slot,
            solve=solve,
        )
        self._policy = Policy(self._planner.answer, graves)
        self._progress = Progress(group, HELP_REQUESTS)
        self._suggestions = metrics.counter(metrics.SUGGESTIONS)

    async def run(self) -> None:
        """Read the picture, then plan and answer."""
        async with health_server(self._settings.http_port, self.health, self._settings.http_host):
            await together(self._newest.run(), self._once_caught_up())

    async def _once_caught_up(self) -> None:
        await self._newest.caught_up.wait()
        # From here on: until the picture is whole nothing is taken, and that is no reason to end.
        progress = self._progress.run(lambda: self._policy.waiting)
        await together(self._planner.run(), run_worker(self._app()), progress)

    def health(self) -> Health:
        """Healthy while the picture is whole, plans are made and answers are committed."""
        if not self._newest.caught_up.is_set():
            return Health(healthy=False, why="reads the whole picture first", lag=self._newest.lag())
        silent = time.monotonic() - self._planner.planned_at
        if silent > LATE_SECONDS:
            return Health(healthy=False, why=f"made no plan for {silent:.0f} s", lag=self._progress.lag)
        return self._progress.health({**self._newest.waiting, **self._policy.waiting})

    async def _news(self, events: Sequence[Event]) -> None:
        own = [event for event in events if isinstance(event.state, Suggestion)]
        for event in own:
            self._planner.heard(event)
        if self._newest.caught_up.is_set():
            self._suggestions.inc(len(own))
        # What we said ourselves is no reason to plan again.
        if len(own) < len(events):
            self._planner.changed()

    def _app(self) -> faust.App:
        app = worker_app(self._group)

        async def help_requests(stream: "StreamT[bytes]") -> None:
            await consume(stream, self._policy, self._group.prefix)

        app.agent(source(app, self._group, HELP_REQUESTS), name="help-requests")(help_requests)
        return app
