"""Starts the real Kafka and the real Postgres for one run, waits until both answer, and stops both."""

import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Self

from deploy.bootstrap import SetupFailed
from deploy.parts.kafka import Kafka
from deploy.parts.ports import answers, free_port
from deploy.parts.postgres import Postgres
from deploy.parts.spawn import spawn

START_SECONDS: Final = 60
STOP_SECONDS: Final = 15


class Backing:
    """Kafka and Postgres on free ports in a folder of their own; a context manager.

    `kafka` is "127.0.0.1:PORT", `postgres` the superuser's DSN; both are gone when the block ends.
    """

    def __init__(self, home: Path, data: Path) -> None:
        self._home = home
        self._data = data
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._broker = Kafka(home, data / "kafka", free_port(), free_port())
        self._server = Postgres(home, data / "postgres", free_port())
        self.kafka = f"127.0.0.1:{self._broker.port}"
        self.postgres = self._server.dsn

    def __enter__(self) -> Self:
        try:
            self._broker.prepare()
            self._spawn("kafka", self._broker.command(), None)
            self._server.prepare()
            self._spawn("postgres", self._server.command(), self._server.user)
            self._await("kafka", partial(answers, self._broker.port))
            self._await("postgres", self._server.accepts)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes.values()):
            # For Postgres SIGINT is the fast stop: it does not wait for clients.
            process.send_signal(signal.SIGINT)
        for process in self._processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._server.remove()

    def _spawn(self, name: str, command: list[str], user: str | None) -> None:
        self._processes[name] = spawn(command, self._data / f"{name}.log", self._home, {}, user)

    def _await(self, name: str, is_ready: Callable[[], bool]) -> None:
        dead = self._processes[name].poll
        if not _until(lambda: is_ready() or dead() is not None, START_SECONDS) or dead() is not None:
            log = (self._data / f"{name}.log").read_text(errors="replace").splitlines()[-50:]
            raise SetupFailed("\n".join([f"{name} did not start. Its last lines:", *log]))


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
