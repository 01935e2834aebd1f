"""Starts the whole platform on one machine, waits until it is healthy, and stops it."""

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Self

import asyncpg
import httpx

from deploy.address import HERE, Address, refuse_another_name
from deploy.bootstrap import SetupFailed
from deploy.claim import Claim
from deploy.kept_mode import keep_mode, refuse_another_mode
from deploy.last_backup import expect_backups
from deploy.parts import caddy, frontend
from deploy.parts.health import health_of
from deploy.parts.kafka import Kafka
from deploy.parts.ports import answers, take_block
from deploy.parts.postgres import Postgres
from deploy.provision import provision
from deploy.stack import (
    CONTROLLER,
    DOORS,
    KAFKA,
    OWNERS,
    POSTGRES,
    Platform,
    environment,
    gateway_environment,
    secrets_in,
)
from deploy.steps import run_step
from deploy.supervisor import Child, Supervisor
from deploy.unfinished import refuse_unfinished
from services.runtime.settings import Mode, Seed

READY_SECONDS: Final = 90.0
STATE: Final = "state.json"


@dataclass(frozen=True)
class Wish:
    """How a platform should run: mode, what it is filled with, and settings of services.

    `home` holds what is fetched and built, `place` its data, logs and secrets. `detours` are ports that
    somebody leads to Kafka: the n-th goes to the broker's door at DOORS + n from the base port.
    """

    home: Path
    place: Path
    mode: Mode = Mode.DEMO
    seed: Seed = Seed.FICTITIOUS
    first_port: int = 7400
    settings: tuple[tuple[str, str], ...] = ()
    detours: tuple[int, ...] = ()
    live_nodes: int = 1
    address: Address = HERE


Say = Callable[[str], None]


class Running:
    """A platform that runs while the block lasts; `say` hears what happens, one line at a time."""

    def __init__(self, wish: Wish, say: Say = lambda line: None) -> None:
        self._say = say
        self._home = wish.home
        self._place = wish.place
        self._block = take_block(wish.first_port)
        self.platform = Platform(
            base=self._block.base,
            mode=wish.mode,
            seed=wish.seed,
            home=wish.place,
            secrets=secrets_in(wish.place / "secrets.json"),
            settings=dict(wish.settings),
            live_nodes=wish.live_nodes,
            address=wish.address,
        )
        base = self.platform.base
        doors = tuple((base + DOORS + number, port) for number, port in enumerate(wish.detours))
        self.kafka = Kafka(wish.home, wish.place / "data" / "kafka", base + KAFKA, base + CONTROLLER, doors)
        self._postgres = Postgres(wish.home, wish.place / "data" / "postgres", base + POSTGRES)
        self._claim = Claim(wish.place)
        self.supervisor = Supervisor(wish.home, wish.place / "log")
        # Two threads write it: whoever starts the children, and the supervisor's own.
        self._writing = threading.Lock()
        self.supervisor.changed = self._note_state

    def __enter__(self) -> Self:
        began = time.monotonic()
        try:
            self._claim.take()
        except BaseException:
            self._block.leave()
            raise
        try:
            refuse_unfinished(self._place)
            refuse_another_mode(self._place, self.platform.mode)
            if self.platform.mode is Mode.REAL:
                refuse_another_name(self._place, self.platform.address.rp_id)
                expect_backups(self._place)
            self._start()
            # Now that its tables agreed: a start that they refused must not decide whose they are.
            keep_mode(self._place, self.platform.mode)
        except BaseException:
            self.__exit__()
            raise
        self._say(f"Ready after {time.monotonic() - began:.1f} s: {self.platform.origin}")
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()
        (self._place / STATE).unlink(missing_ok=True)
        self._claim.leave()
        self._block.leave()

    def forget(self) -> None:
        """Delete all of it, after the block; nothing is kept."""
        forget(self._home, self._place)

    def _start(self) -> None:
        with ThreadPoolExecutor() as pool:
            pages = pool.submit(frontend.build, self._home)
            self._say("Starting Kafka and Postgres")
            for prepared in [pool.submit(self.kafka.prepare), pool.submit(self._postgres.prepare)]:
                prepared.result()
            self._start_backing()
            self._say("Preparing topics, schemas and facts")
            self._prepare(pool)
            self._say("Starting the services")
            for service in self.platform.services:
                command = [sys.executable, "-m", service.module, *service.arguments]
                told = environment(self.platform, service)
                Path(told["NOABER_DATA_HOME"]).mkdir(parents=True, exist_ok=True)
                self.supervisor.start(Child(service.name, partial(list, command), told))
            built = pages.result()
        self.supervisor.start(Child("caddy", caddy.command, gateway_environment(self.platform, built)))
        self._write_state()
        self._await_health()

    def _start_backing(self) -> None:
        self.supervisor.start(Child("kafka", self.kafka.command))
        self.supervisor.start(Child("postgres", self._postgres.command, user=self._postgres.user))
        self._await("kafka", partial(answers, self.kafka.port))
        self._await("postgres", self._postgres.accepts)

    def _prepare(self, pool: ThreadPoolExecutor) -> None:
        try:
            provision(self._postgres.dsn, self.platform)
        except asyncpg.InvalidPasswordError as refused:
            raise SetupFailed(self._postgres.other_password) from refused
        steps = [
            pool.submit(self._step, "services.runtime.prepare"),
            *(pool.submit(self._step, f"services.{owner}", "migrate") for owner in OWNERS),
        ]
        for step in steps:
            step.result()
        self._step("services.directory", "seed")

    def _step(self, module: str, *arguments: str) -> None:
        run_step(self.platform, self._home, module, arguments)

    def _await_health(self) -> None:
        for service in self.platform.services:
            port = self.platform.port(service.name)
            self._await(service.name, partial(is_healthy, port))
        self._await("caddy", lambda: answers(self.platform.base))

    def _await(self, name: str, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + READY_SECONDS
        while not condition():
            child = next(each for each in self.supervisor.children if each.name == name)
            if child.is_failing or time.monotonic() > end:
                raise SetupFailed(
                    "\n".join([f"{name} did not get ready. Its last lines:", *self.last_lines(name)])
                )
            time.sleep(0.05)

    def last_lines(self, name: str, number: int = 50) -> list[str]:
        """The end of a process's log."""
        log = self.supervisor.log(name)
        return log.read_text(errors="replace").splitlines()[-number:] if log.exists() else []

    def _note_state(self) -> None:
        try:
            self._write_state()
        except Exception as failure:
            # On the supervisor's thread: it goes on watching, and the next change writes the state anew.
            self._say(f"The state was not written: {failure!r}")

    def _write_state(self) -> None:
        with self._writing:
            state = {
                "supervisor": os.getpid(),
                "origin": self.platform.origin,
                "base": self.platform.base,
                "mode": self.platform.mode.value,
                "place": str(self._place),
                "processes": [
                    {
                        "name": child.name,
                        "pid": child.pid,
                        "restarts": child.restarts,
                        "failing": child.is_failing,
                    }
                    for child in self.supervisor.children
                ],
            }
            file = self._place / STATE
            half = file.with_suffix(".half")
            half.write_text(json.dumps(state))
            half.rename(file)


def forget(home: Path, place: Path) -> None:
    """Delete everything in a place whose platform does not run; the next start is an empty one."""
    Postgres(home, place / "data" / "postgres", 0).remove()
    shutil.rmtree(place, ignore_errors=True)


def is_healthy(port: int) -> bool:
    """Whether the process on that port says that it makes progress."""
    try:
        return health_of(port).status_code == 200
    except httpx.HTTPError:
        return False
