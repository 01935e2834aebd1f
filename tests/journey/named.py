"""Somebody who is named in what others wrote, and where that can be read once they are forgotten."""

import asyncio
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

import httpx

from deploy.backup import Backup
from deploy.client import Refusal, new_id
from deploy.parts.postgres import WHEEL
from deploy.running import Running
from schemas.catalogue import Function
from schemas.topics import TOPICS
from tests.journey.case import Case
from tests.journey.cast import People, Places, done
from tests.topic_reader import read_topic


def forget_person(running: Running, person: str) -> httpx.Response:
    platform = running.platform
    url = f"http://127.0.0.1:{platform.port('directory')}/internal/forget"
    secret = {
        "Authorization": f"Bearer {platform.secrets.internal_token}",
        "Idempotency-Key": str(uuid4()),
    }
    return httpx.post(url, json={"person": person}, headers=secret, timeout=30)


def is_in(word: bytes, text: bytes) -> bool:
    return word in text or word.hex().encode() in text


def in_clear(dump: Path) -> bytes:
    """What `pg_restore` would write."""
    program = WHEEL / "pginstall18" / "bin" / "pg_restore"
    return subprocess.run([str(program), "-f", "-", str(dump)], capture_output=True, check=True).stdout


@dataclass
class Named:
    """Somebody whose name and number stand in what others wrote, and where they were found afterwards."""

    case: Case
    person: str
    name: str
    phone: str
    password: str
    found: dict[str, bool]

    @classmethod
    def written(cls, people: People, places: Places) -> Self:
        """A description that was changed since, a request's note, and lines of the log."""
        victim = places.take()
        them = people.staff(victim)[-1]
        name, phone = them.name, them.phone
        case = Case(people, places, victim, description=f"{name} zag het als eerste")
        assert str(case.mandate.person) != str(them.person.id)
        change = {"description": "Het netwerk ligt plat."}
        done(case.mandate.send(f"/api/aid/incidents/{case.incident}/facts", change))
        case.ask(Function.NETWORK, note=f"vraag naar {name.upper()}", place=f"bel {phone}")
        password = f"Zomer-{new_id()[-12:]}"
        for text in (f"{name} belde, zie ook {phone.replace(' ', '-')}.", f"Het wachtwoord is {password}."):
            done(case.mandate.send(f"/api/aid/incidents/{case.incident}/log", {"id": new_id(), "text": text}))
        return cls(case, str(them.person.id), name, phone, password, {})

    def forgotten_in(self, running: Running) -> None:
        """The person is forgotten; the password is taken out by hand."""
        answer = forget_person(running, self.person)
        assert (answer.status_code, answer.json()) == (200, {"places": 4})
        path = f"/api/aid/incidents/{self.case.incident}/redact"
        answer = done(self.case.mandate.send(path, {"words": [self.password]}))
        assert answer["places"] == 1 and answer["row"]["data"]["entry"] == "redacted"
        again = self.case.mandate.send(path, {"words": [self.password]})
        assert isinstance(again, Refusal) and (again.status, again.code) == (409, "nothing_to_redact")

    def look(self, running: Running, newest: Backup) -> None:
        """Where their words stand now: by place, whether any of them does."""
        place = running.platform.home
        logs = [each.read_bytes() for each in (place / "log").rglob("*") if each.is_file()]
        self.found = {
            "every table, in the newest dump": self.is_said(in_clear(newest.dump)),
            "the newest records of the topics": self.is_said(b"".join(newest_records(running))),
            "logs": self.is_said(b"".join(logs)),
        }

    def is_said(self, text: bytes) -> bool:
        """Whether name, number or password can be read there; in tables bytes are hexadecimals."""
        spelled = {self.name, self.name.upper(), self.phone, self.phone.replace(" ", "-"), self.password}
        return any(is_in(word.encode(), text) for word in spelled)


def newest_records(running: Running) -> Iterable[bytes]:
    """The values that compaction leaves, of every topic."""
    platform = running.platform
    for topic in TOPICS:
        records = asyncio.run(read_topic(platform.kafka, topic, platform.topic_prefix))
        yield from {each.key: each.value for each in records}.values()
