"""Writes down a run as it happens: what clients and viewers heard, and what stands in the end."""

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.client import Client, Refusal, Unexpected
from schemas.topics import TOPICS
from services.directory.rules.fictitious import MadeUp
from services.runtime.database import connected
from tests.faults.checker.history import History, Line
from tests.faults.judging import note_people
from tests.journey.looking import Page

_JOURNAL = """
SELECT aggregate, key, version, epoch, convert_from(payload, 'UTF8') AS payload,
       encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash,
       event_id::text, correlation, at, xmin::text::bigint AS "order",
       coalesce((to_jsonb(journal)->>'redacted')::boolean, false) AS redacted
FROM journal
"""


class Recorder:
    """Appends lines to one file, from any thread; each is on disk before the next thing happens."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines = file.open("a", encoding="utf-8")
        self._writing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def now(self) -> float:
        """Seconds on the one clock of all lines."""
        return time.monotonic()

    def note(self, what: str, **fields: Any) -> None:
        """One line of the format in `checker/history.py`."""
        text = json.dumps({"what": what, **fields}, ensure_ascii=False, default=str)
        with self._writing:
            self._lines.write(text + "\n")
            self._lines.flush()

    def note_people(self, people: Sequence[MadeUp]) -> None:
        """Who is who, from the list that the platform was filled with."""
        known = History()
        note_people(known, people)
        for line in known.lines():
            self.note(**line)

    def note_page(self, viewer: str, page: Page) -> None:
        """All that a page received, what it shows, and a fresh snapshot in the same session."""
        person = str(page.client.person)
        for text in page.raw:
            self.note("frame", viewer=viewer, person=person, text=text)
        rows = [{"kind": kind, "id": key, **row} for (kind, key), row in page.picture.rows.items()]
        self.note("picture", viewer=viewer, person=person, rows=rows)
        fresh = page.client.read("/api/live/snapshot")
        assert isinstance(fresh, dict), fresh
        self.note("fresh", viewer=viewer, person=person, text=json.dumps(fresh, ensure_ascii=False))

    async def note_owner(self, owner: str, dsn: str) -> None:
        """An owner's journal and what is left in its outbox."""
        snapshot = {"isolation": "repeatable_read", "readonly": True}
        async with connected(dsn) as connection, connection.transaction(**snapshot):
            for row in await connection.fetch(_JOURNAL):
                self.note("journal", owner=owner, **{**row, "at": row["at"].isoformat()})
            for row in await connection.fetch("SELECT aggregate, key, version FROM outbox"):
                self.note("outbox", owner=owner, **row)

    async def note_topics(self, bootstrap: str, prefix: str) -> None:
        """Every record that stands in the topics now."""
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
        await consumer.start()
        try:
            for topic in TOPICS:
                for number in range(topic.partitions):
                    await self._note_partition(consumer, prefix, TopicPartition(prefix + topic.name, number))
        finally:
            await consumer.stop()

    async def _note_partition(self, consumer: AIOKafkaConsumer, prefix: str, place: TopicPartition) -> None:
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        end = (await consumer.end_offsets([place]))[place]
        # The position moves past holes and the end is no hole, so it is reached.
        while await consumer.position(place) < end:
            for found in (await consumer.getmany(place, timeout_ms=1_000)).get(place, ()):
                self.note(
                    "record",
                    topic=place.topic.removeprefix(prefix),
                    partition=place.partition,
                    offset=found.offset,
                    key=_text(found.key),
                    value=None if found.value is None else _text(found.value),
                    headers={name: _text(value) for name, value in found.headers},
                )


class RecordedClient(Client):
    """A person whose every command and its outcome are written down; one without an answer too."""

    def __init__(self, origin: str, recorder: Recorder) -> None:
        super().__init__(origin)
        self._recorder = recorder

    def send(self, path: str, body: dict[str, Any], key: str | None = None) -> dict[str, Any] | Refusal:
        """As any client. Raises what it raises; what became of the command is unknown then."""
        line: Line = {
            "person": str(self.person or body.get("person")),
            "key": key or str(uuid4()),
            "method": "POST",
            "path": path,
            "body": body,
            "sent": self._recorder.now(),
        }
        try:
            found = super().send(path, body, line["key"])
        except (httpx.HTTPError, Unexpected):
            self._recorder.note("sent", **line)
            raise
        refused = isinstance(found, Refusal)
        answer = {"code": found.code, "facts": found.facts} if refused else found
        status = found.status if refused else 200
        self._recorder.note("sent", **line, answered=self._recorder.now(), status=status, answer=answer)
        return found

    def note_read(self, path: str) -> None:
        """What an owner answers at the very end."""
        found = self.read(path)
        refused = isinstance(found, Refusal)
        body = {"code": found.code} if refused else found
        status = found.status if refused else 200
        at = self._recorder.now()
        self._recorder.note("read", person=str(self.person), path=path, status=status, body=body, at=at)


def _text(found: bytes | None) -> str:
    return (found or b"").decode("utf-8", "backslashreplace")
