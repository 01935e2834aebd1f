"""Dead letters as an operator sees them: where each stood and why, never what is in it; and acts on them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition

from schemas.topics import TOPICS, Topic
from services.runtime.dead_letters import PLACE, WHY
from services.runtime.places import read_once

SETTLED: Final = "dead_settled"
"""In a record that an act leaves in the topic of dead letters: the place of the letter that it settles."""

ACT: Final = "dead_act"
MOST: Final = 200
"""Letters that are shown; more than that is one mistake many times."""

_ID: Final = re.compile(r"[0-9a-f-]{36}|[A-Z]{2,4}[0-9]{0,4}|[0-9]{1,10}")
_PLACE: Final = re.compile(r"([a-z-]{1,60})/[0-9]{1,4}/[0-9]{1,18}")
_TYPE: Final = re.compile(r"nl\.noaber\.([a-z_]{1,60})\.v[0-9]{1,6}")
_QUOTED: Final = "[type="
"""From here on pydantic repeats what it found."""


class Act(StrEnum):
    """`skip`: nobody misses it. `replay`: its owner says the newest of the same thing again."""

    SKIP = "skip"
    REPLAY = "replay"


@dataclass(frozen=True)
class Letter:
    """One record that was put aside: `place` is topic/partition/offset, `key` empty where it is no id."""

    place: str
    kind: str
    key: str
    why: str
    at: datetime

    @property
    def topic(self) -> str:
        """The topic in which it stood."""
        return self.place.partition("/")[0]


class Letters:
    """The topics of dead letters of one platform; each question opens a connection of its own."""

    def __init__(self, bootstrap: str, prefix: str = "", topics: tuple[Topic, ...] = TOPICS) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._topics = topics

    async def open(self) -> list[Letter]:
        """Those that nobody settled yet, the newest first, at most MOST."""
        found: list[Letter] = []
        settled: set[str] = set()
        for headers, key, stamp in await self._records():
            if SETTLED in headers:
                settled.add(headers[SETTLED])
            elif (letter := _letter(headers, key, stamp)) is not None:
                found.append(letter)
        # One that was put aside twice, after a restart, is one.
        left = {each.place: each for each in found if each.place not in settled}
        return sorted(left.values(), key=lambda each: each.at, reverse=True)[:MOST]

    async def settle(self, letter: Letter, act: Act) -> None:
        """Write down, beside the letter, that somebody acted on it."""
        producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks="all")
        await producer.start()
        try:
            headers = [(SETTLED, letter.place.encode()), (ACT, act.value.encode())]
            topic = f"{self._prefix}{letter.topic}.dead"
            await producer.send_and_wait(topic, b"", letter.place.encode(), headers=headers)
        finally:
            await producer.stop()

    async def _records(self) -> list[tuple[dict[str, str], str, int]]:
        found: list[tuple[dict[str, str], str, int]] = []

        def note(each: ConsumerRecord) -> None:
            found.append((_text(each.headers), _plain(each.key), each.timestamp))

        places = [TopicPartition(self._prefix + each.dead_letters, 0) for each in self._topics]
        await read_once(self._bootstrap, places, note)
        return found


REPLAY: Final = """
INSERT INTO outbox (aggregate, key) SELECT aggregate, key FROM journal
WHERE aggregate = $1 AND key = $2 LIMIT 1
"""


async def say_newest_again(connection: Any, letter: Letter) -> bool:
    """Have the owner publish the newest state of what a letter is about; False where it knows none.

    The letter itself is never sent again: an old version would stand last, and compaction keep it.
    """
    return str(await connection.execute(REPLAY, letter.kind, letter.key)) == "INSERT 0 1"


def _letter(headers: dict[str, str], key: str, stamp: int) -> Letter | None:
    if _PLACE.fullmatch(headers.get(PLACE, "")) is None:
        return None
    kind = _TYPE.fullmatch(headers.get("ce_type", ""))
    return Letter(
        place=headers[PLACE],
        kind="" if kind is None else kind[1],
        key=key if _ID.fullmatch(key) else "",
        why="".join(headers.get(WHY, "").partition(_QUOTED)[0].splitlines()[:1])[:200],
        at=datetime.fromtimestamp(stamp / 1000, UTC),
    )


def _text(headers: Any) -> dict[str, str]:
    return {name: _plain(value) for name, value in headers}


def _plain(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")
