"""One process of `aid` on a Kafka and a Postgres of its own, filled with the made-up crisis."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
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
from schemas.codec import state_bytes
from schemas.state import State
from services.aid.store.postgres import TABLES
from services.runtime.ports import Cause, Written
from services.runtime.settings import Mode, Seed
from services.runtime.tokens import Claims, Signer
from services.runtime.who import COOKIE
from tests.bench import crowd
from tests.bench.setting import Setting

START_SECONDS: Final = 30
CHANGING: Final = ("help_request", "approach", "commitment", "log_entry", "journal", "outbox", "answered")
"""Tables that claims write: emptied and filled again before each run, so that every run finds the same."""


class Owner:
    """A context manager. `people`: how many there are, and how many requests; each person can claim once."""

    def __init__(self, setting: Setting, people: int) -> None:
        self.people = people
        self._setting = setting
        self._open = ExitStack()
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self.port = free_port()

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
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

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
            f"Host: 127.0.0.1:{self.port}\r\nCookie: {COOKIE}={self._token(number)}\r\n"
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
        server = await asyncpg.connect(self.database)
        try:
            return int(await server.fetchval(f"SELECT count(*) FROM {table}"))
        finally:
            await server.close()

    def _token(self, number: int) -> str:
        claims = Claims(crowd.person_id(number), crowd.session_id(number))
        return self._signer.sign(claims, crowd.MORNING + timedelta(days=1))

    def _environment(self) -> dict[str, str]:
        told = environment(self.platform, BY_NAME["aid"])
        return {**told, "NOABER_KAFKA": self.backing.kafka, "NOABER_HTTP_PORT": str(self.port)}

    def _step(self, *command: str) -> None:
        log = self._setting.scratch / "steps.log"
        made = spawn([sys.executable, "-m", *command], log, self._setting.home, self._environment())
        if made.wait(START_SECONDS) != 0:
            raise RuntimeError(f"{' '.join(command)} stopped:\n{log.read_text()[-2000:]}")

    def _start(self) -> None:
        log = self._setting.scratch / "aid.log"
        command = [sys.executable, "-m", "services.aid"]
        self.process = spawn(command, log, self._setting.home, self._environment())
        self._open.callback(_stop, self.process)
        end = time.monotonic() + START_SECONDS
        while not is_healthy(self.port):
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError(f"aid did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.05)

    async def _fill(self) -> None:
        server = await asyncpg.connect(self.database)
        known = crowd.directory(self.people)
        records = [(each.TYPE, each.key, 1, 1, state_bytes(each)) for each in known]
        columns = ("aggregate", "key", "epoch", "version", "state")
        await server.copy_records_to_table("replica", records=records, columns=columns)
        cases = [crowd.case(number, self.people) for number in range(self.people)]
        states: list[State] = [row for request, asked in cases for row in (request, *asked)]
        for each in _batches([*crowd.standing(self.people), *states], 2_000):
            cause = Cause(uuid4(), None, crowd.MORNING)
            async with server.transaction():
                await TABLES.write(server, [Written(state, 1) for state in each], cause)
        await server.execute("TRUNCATE outbox")
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


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
