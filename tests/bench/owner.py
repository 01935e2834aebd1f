"""One process of `aid` on a Kafka and a Postgres of its own, filled with the made-up crisis."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, Final, Self
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from deploy.backing import Backing
from deploy.parts.ports import free_port
from deploy.parts.spawn import spawn
from deploy.provision import provision
from deploy.running import is_healthy
from deploy.stack import BY_NAME, POSTGRES, Platform, environment, secrets_in
from schemas.codec import encode, state_bytes
from schemas.envelope import Envelope
from schemas.state import State
from schemas.topics import BY_STATE
from services.aid.store.aggregates import TABLES
from services.runtime.database import connected
from services.runtime.ports import Cause, Written
from services.runtime.relay import KafkaPublisher
from services.runtime.settings import Mode, Seed
from services.runtime.tokens import Claims, Signer
from services.runtime.who import COOKIE
from tests.bench import crowd
from tests.bench.setting import Setting

START_SECONDS: Final = 30
LIMITS: Final = tuple(
    f"NOABER_LIMIT_{whose}_{what}" for whose in ("PERSON", "ORGANISATION") for what in ("BURST", "PER_MINUTE")
)
NO_LIMIT: Final = 1_000_000
"""Here one person opens a thousand sockets; what is measured is not how few they may."""

CHANGING: Final = ("help_request", "approach", "commitment", "log_entry", "journal", "outbox", "answered")
"""Tables that claims write: emptied and filled again before each run, so that every run finds the same."""


class Owner:
    """A context manager. `people`: how many there are, and how many requests; each person can claim once.

    `asked`: how many a request asks. `told`: further settings of every process. `port` is that of `aid`,
    `ports` have those of others that were started.
    """

    def __init__(self, setting: Setting, people: int, asked: int = crowd.ASKED, **told: str) -> None:
        self.people = people
        self._told = told
        self._asked = asked
        self.ports: dict[str, int] = {}
        self._setting = setting
        self._open = ExitStack()
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def __enter__(self) -> Self:
        setting = self._setting
        self.backing = self._open.enter_context(Backing(setting.home, setting.scratch / "backing"))
        base = (urlsplit(self.backing.postgres).port or 0) - POSTGRES
        secrets = secrets_in(setting.scratch / "secrets.json")
        self.platform = Platform(base, Mode.DEMO, Seed.NONE, setting.scratch, secrets)
        self._signer = Signer(secrets.private_key)
        try:
            provision(self.backing.postgres, self.platform)
            self._step("services.runtime.prepare")
            self._step("services.aid", "migrate")
            asyncio.run(self._fill())
            self.process = self.start("aid")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def port(self) -> int:
        """Where `aid` answers."""
        return self.ports["aid"]

    @property
    def database(self) -> str:
        """The DSN of the service's own role."""
        return self.platform.database("aid")

    def claim(self, number: int, *, approach: int = 0) -> bytes:
        """The HTTP request with which the number-th person claims a slot of the number-th request."""
        body = {"approach": str(crowd.numbered(approach, number)), "terms_version": 1}
        content = json.dumps(body).encode()
        head = (
            f"POST /api/aid/requests/{crowd.request_id(number)}/claim HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self.port}\r\nCookie: {COOKIE}={self.token(number % self.people)}\r\n"
            f"Idempotency-Key: {uuid4()}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    async def reset(self) -> None:
        """The crisis as it was before anybody claimed, with statistics as fresh as the rows."""
        server = await asyncpg.connect(self.database)
        await server.execute(f"TRUNCATE {', '.join(CHANGING)}")
        for table, rows in self._rows.items():
            columns = self._columns[table]
            await server.copy_records_to_table(table, records=rows, columns=columns)
        await server.execute("ANALYZE")
        await server.close()

    async def counted(self, table: str) -> int:
        """Rows of a table."""
        async with connected(self.database) as server:
            return int(await server.fetchval(f"SELECT count(*) FROM {table}"))

    def token(self, number: int) -> str:
        """The session of the number-th person; the one after the last works for the borrower."""
        claims = Claims(crowd.person_id(number), crowd.session_id(number))
        return self._signer.sign(claims, crowd.MORNING + timedelta(days=1))

    def _environment(self, service: str, port: int, **more: str) -> dict[str, str]:
        told = environment(self.platform, BY_NAME[service])
        own = {"NOABER_KAFKA": self.backing.kafka, "NOABER_HTTP_PORT": str(port)}
        limits = {**dict.fromkeys(LIMITS, str(NO_LIMIT)), "NOABER_SOCKETS_PER_SESSION": "2000"}
        return {**told, **own, **limits, **self._told, **more}

    def _step(self, *command: str) -> None:
        log = self._setting.scratch / "steps.log"
        made = spawn([sys.executable, "-m", *command], log, self._setting.home, self._environment("aid", 1))
        if made.wait(START_SECONDS) != 0:
            raise RuntimeError(f"{' '.join(command)} stopped:\n{log.read_text()[-2000:]}")

    def start(self, name: str, **more: str) -> "subprocess.Popen[bytes]":
        """Start a service, told `more` of its settings, and return when it is healthy."""
        service, log = BY_NAME[name], self._setting.scratch / f"{name}.log"
        self.ports[name] = port = free_port()
        command = [sys.executable, "-m", service.module, *service.arguments]
        process = spawn(command, log, self._setting.home, self._environment(name, port, **more))
        self.beside(stop, process)
        end = time.monotonic() + START_SECONDS
        while not is_healthy(port):
            if time.monotonic() > end or process.poll() is not None:
                raise RuntimeError(f"{name} did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.05)
        return process

    async def tell(self) -> None:
        """Publish the directory, as its own service would."""
        publisher = KafkaPublisher(self.backing.kafka)
        known = [
            (BY_STATE[type(each)].name, encode(envelope_of(each), state_bytes(each)))
            for each in crowd.directory(self.people)
        ]
        await publisher.publish(known)
        await publisher.stop()

    def beside(self, end: Callable[..., None], *what: object) -> None:
        """End something more when this ends."""
        self._open.callback(end, *what)

    async def ask(self, numbers: range) -> None:
        """More requests, on their way to Kafka as everything else."""
        await self.write(self._cases(numbers))

    def _cases(self, numbers: range) -> list[State]:
        cases = [crowd.case(number, self.people, self._asked) for number in numbers]
        return [row for request, asked in cases for row in (request, *asked)]

    async def write(self, states: Sequence[State], version: int = 1) -> None:
        """States as their owner would write them, as this version of each."""
        server = await asyncpg.connect(self.database)
        for each in _batches(states, 2_000):
            cause = Cause(uuid4(), None, crowd.MORNING)
            async with server.transaction():
                await TABLES.write(server, [Written(state, version) for state in each], cause)
        await server.close()

    async def executed(self, statement: str) -> None:
        """One statement, as the service's own role."""
        server = await asyncpg.connect(self.database)
        await server.execute(statement)
        await server.close()

    async def _fill(self) -> None:
        server = await asyncpg.connect(self.database)
        known = crowd.directory(self.people)
        records = [(each.TYPE, each.key, 1, 1, state_bytes(each)) for each in known]
        columns = ("aggregate", "key", "epoch", "version", "state")
        await server.copy_records_to_table("replica", records=records, columns=columns)
        await self.write([*crowd.standing(self.people), *self._cases(range(self.people))])
        await self._note(server)
        await server.close()

    async def _note(self, server: "asyncpg.Connection[Any]") -> None:
        """Keep what `reset` puts back."""
        self._columns = {
            "help_request": ["id", "version", "state"],
            "approach": ["id", "version", "state"],
            "journal": [
                row["column_name"]
                for row in await server.fetch(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_schema = 'aid' AND table_name = 'journal' ORDER BY ordinal_position"
                )
            ],
        }
        for table, columns in self._columns.items():
            rows = await server.fetch(f"SELECT {', '.join(columns)} FROM {table}")
            self._rows[table] = [tuple(row) for row in rows]


def _batches(states: Sequence[State], size: int) -> Iterable[Sequence[State]]:
    return (states[start : start + size] for start in range(0, len(states), size))


def envelope_of(state: State, version: int = 1) -> Envelope:
    """What the record of a state says of it."""
    return Envelope(
        id=uuid4(),
        type=state.event_type(),
        source=f"urn:noaber:{BY_STATE[type(state)].owner}",
        time=crowd.MORNING,
        key=state.key,
        version=version,
        epoch=1,
        correlation="",
        exercise=False,
    )


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until it holds. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not so after {seconds:.0f} s")
        time.sleep(0.05)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to end; after fifteen seconds it is ended."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
