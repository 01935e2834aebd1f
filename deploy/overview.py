"""What an operator is shown of a running platform: processes, numbers and dead letters, and no content."""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.bootstrap import SetupFailed
from deploy.stack import OFFSETS, OWNERS, Platform
from schemas.topics import TOPICS
from services.runtime import metrics
from services.runtime.consume import Needs
from services.runtime.database import connected
from services.runtime.letters import Act, Letter, Letters, say_newest_again
from services.runtime.process import GO_ON

SECONDS: Final = 3.0
OWNER_OF: Final = {topic.name: topic.owner for topic in TOPICS}


class Order(StrEnum):
    """To a process. `resume`: go on behind the letters at which it halted. `restart`: end, and begin anew."""

    RESUME = "resume"
    RESTART = "restart"


@dataclass(frozen=True)
class Standing:
    """Partitions of one topic that a process does not read on, and what they need."""

    process: str
    topic: str
    needs: Needs


@dataclass(frozen=True)
class Overview:
    """How everything is. `numbers`: metric -> (process, labels ...) -> value."""

    processes: list[dict[str, Any]]
    numbers: dict[str, dict[tuple[str, ...], float]] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)

    def number(self, metric: metrics.Metric) -> dict[tuple[str, ...], float]:
        """(process, labels ...) -> value."""
        return self.numbers.get(metric.name, {})

    def standing(self) -> list[Standing]:
        """What is not read on."""
        found = sorted(self.number(metrics.STANDING).items())
        return [Standing(name, topic, Needs(needs)) for (name, topic, needs), count in found if count]

    def pid(self, name: str, order: Order) -> int:
        """The process that may be told so. Raises SetupFailed for one that may not, or is not there."""
        pid = next((each["pid"] for each in self.processes if each["name"] == name), None)
        if name not in OFFSETS or pid is None:
            raise SetupFailed(f"{name} is no process of ours that runs")
        halted = {each.process for each in self.standing() if each.needs is Needs.HALTED}
        if order is Order.RESUME and name not in halted:
            raise SetupFailed(f"{name} did not halt at dead letters, or goes on already")
        return int(pid)


class Operation:
    """What one may look at and do from this machine; `processes`: how each is, as `noaber status` says."""

    def __init__(self, platform: Platform, processes: Callable[[], list[dict[str, Any]]]) -> None:
        self._processes = processes
        self._platform = platform
        self._letters = Letters(self._platform.kafka, self._platform.topic_prefix)

    def overview(self) -> Overview:
        """How everything is now."""
        processes = self._processes()
        numbers: dict[str, dict[tuple[str, ...], float]] = {}
        for each in processes:
            if each["name"] in OFFSETS:
                _add(numbers, each["name"], self._platform.port(each["name"]))
        return Overview(processes, numbers, asyncio.run(self._letters.open()))

    def act(self, act: Act, place: str) -> Letter:
        """Skip a letter or have it said again, and write that beside it. Raises SetupFailed."""
        return asyncio.run(self._act(act, place))

    def tell(self, order: Order, name: str) -> None:
        """Tell a process to go on, or to end so that it is started again. Raises SetupFailed."""
        pid = self.overview().pid(name, order)
        try:
            os.kill(pid, GO_ON if order is Order.RESUME else signal.SIGTERM)
        except ProcessLookupError as gone:
            raise SetupFailed(f"{name} has just ended by itself; it is started again") from gone

    async def _act(self, act: Act, place: str) -> Letter:
        letter = next((each for each in await self._letters.open() if each.place == place), None)
        if letter is None:
            raise SetupFailed("that letter is not there, or somebody acted on it already")
        if act is Act.REPLAY:
            await self._replay(letter)
        await self._letters.settle(letter, act)
        return letter

    async def _replay(self, letter: Letter) -> None:
        owner = OWNER_OF.get(letter.topic, "")
        if owner not in OWNERS:
            raise SetupFailed(f"{owner or 'nobody'} says it again by itself; skip this one")
        async with connected(self._platform.database(owner), SECONDS) as connection:
            if not await say_newest_again(connection, letter):
                raise SetupFailed(f"{owner} knows nothing of it: it was not written by its owner; skip it")


def _add(numbers: dict[str, dict[tuple[str, ...], float]], process: str, port: int) -> None:
    try:
        text = httpx.get(f"http://127.0.0.1:{port}{metrics.PATH}", timeout=SECONDS).text
    except httpx.HTTPError:
        return  # That it does not answer stands in its own row.
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            numbers.setdefault(sample.name, {})[process, *sample.labels.values()] = sample.value
