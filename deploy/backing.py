"""Starts the real Kafka and the real Postgres for one run, waits until both answer, and stops both."""

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final, Self

from deploy.parts.kafka import Kafka
from deploy.parts.ports import answers, free_port
from deploy.parts.postgres import FAST_STOP, Postgres
from deploy.parts.spawn import serving

FLEETING: Final = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off")
"""Never waiting for the disk: a process that dies loses nothing by it, only a machine that dies would. And
nothing tidies: an autovacuum's transaction in any database holds what a relay may read back for its time."""


class Backing:
    """Kafka and Postgres on free ports in a folder of their own; a context manager.

    `kafka` is "127.0.0.1:PORT", `postgres` the superuser's DSN, `pids` are their processes by name;
    both are gone when the block ends. Unless `lasting`, Postgres waits for no disk and never tidies.
    """

    def __init__(self, home: Path, data: Path, *, lasting: bool = True) -> None:
        self._home = home
        self._data = data
        self.pids: dict[str, int] = {}
        self._running = ExitStack()
        self._broker = Kafka(home, data / "kafka", free_port(), free_port())
        self._server = Postgres(home, data / "postgres", free_port())
        self.kafka = f"127.0.0.1:{self._broker.port}"
        self.postgres = ""
        self._serve = [*self._server.command(), *(() if lasting else FLEETING)]

    def __enter__(self) -> Self:
        broker, server = self._broker, self._server
        with ExitStack() as starting:
            starting.callback(server.remove)
            broker.prepare()
            server.prepare()
            self.postgres = server.dsn
            log = self._data / "kafka.log"
            ready = partial(answers, broker.port)
            kafka = serving(broker.command(), ready, log, self._home)
            self.pids["kafka"] = starting.enter_context(kafka).pid
            log = self._data / "postgres.log"
            postgres = serving(self._serve, server.accepts, log, self._home, server.user, stop=FAST_STOP)
            self.pids["postgres"] = starting.enter_context(postgres).pid
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()
