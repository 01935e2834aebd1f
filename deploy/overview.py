"""What an operator is shown of a running platform: processes, numbers and dead letters, and no content."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.bootstrap import SetupFailed
from deploy.stack import OFFSETS, OWNERS, Platform
from schemas.topics import TOPICS
from services.runtime import metrics
from services.runtime.letters import Act, Letter, Letters, say_newest_again

SECONDS: Final = 3.0
OWNER_OF: Final = {topic.name: topic.owner for topic in TOPICS}


@dataclass(frozen=True)
class Overview:
    """How everything is. `numbers`: metric -> (process, labels ...) -> value."""

    processes: list[dict[str, Any]]
    numbers: dict[str, dict[tuple[str, ...], float]] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)

    def number(self, metric: metrics.Metric) -> dict[tuple[str, ...], float]:
        """(process, labels ...) -> value."""
        return self.numbers.get(metric.name, {})


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
        connection = await asyncpg.connect(self._platform.database(owner), timeout=SECONDS)
        try:
            if not await say_newest_again(connection, letter):
                raise SetupFailed(f"{owner} knows nothing of it: it was not written by its owner; skip it")
        finally:
            await connection.close()


def _add(numbers: dict[str, dict[tuple[str, ...], float]], process: str, port: int) -> None:
    try:
        text = httpx.get(f"http://127.0.0.1:{port}{metrics.PATH}", timeout=SECONDS).text
    except httpx.HTTPError:
        return  # That it does not answer stands in its own row.
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            numbers.setdefault(sample.name, {})[process, *sample.labels.values()] = sample.value
