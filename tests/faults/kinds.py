"""The kinds of faults: each breaks something while its block runs, and mends it at the end."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
from aiokafka.admin import AIOKafkaAdminClient

from deploy.bootstrap import SetupFailed
from deploy.parts.health import health_of
from deploy.parts.spawn import spawn
from schemas.topics import TOPICS
from tests.faults.clocks import Dial, library
from tests.faults.house import STANDBY, STANDBY_OFFSET, House
from tests.faults.links import Ends, Line
from tests.faults.processes import send, wake
from tests.faults.telephone import Mood

HOUR: Final = 3600
EVERYTHING: Final = "everything"
OFFSET: Final = "NOABER_CLOCK_OFFSET_SECONDS"
LATE_SECONDS: Final = 0.3
PATIENCE: Final = 60.0


@dataclass(frozen=True)
class Fault:
    """What breaks, of whom, and for how many seconds."""

    kind: str
    target: str
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind} {self.target} {self.seconds:.0f} s"


class NotBroken(Exception):
    """The fault did not happen as it should: the row does not count."""


Facts = dict[str, Any]
Break = Callable[[House, Fault], AbstractContextManager[Facts]]


def targets(house: House, fault: Fault) -> list[str]:
    """The processes that a fault names: one, several joined by "+", or everything."""
    return house.names if fault.target == EVERYTHING else fault.target.split("+")


def _pid(house: House, name: str) -> int:
    end = time.monotonic() + PATIENCE
    while (pid := house.child(name).pid) is None:
        if time.monotonic() > end:
            raise NotBroken(f"{name} does not run")
        time.sleep(0.02)
    return pid


@contextmanager
def killed(house: House, fault: Fault) -> Iterator[Facts]:
    """SIGKILL for a process with all it started; the supervisor starts it again."""
    before = {name: _pid(house, name) for name in targets(house, fault)}
    for pid in before.values():
        send(pid, signal.SIGKILL)
    yield {"pids": before}


@contextmanager
def stopped(house: House, fault: Fault) -> Iterator[Facts]:
    """SIGSTOP for a process with all it started, SIGCONT at the end."""
    before = {name: _pid(house, name) for name in targets(house, fault)}
    still = [pid for root in before.values() for pid in send(root, signal.SIGSTOP)]
    try:
        yield {"stopped": before}
    finally:
        wake(still)


def broken_line(line: Line) -> Break:
    """The network between two parts behaves so."""

    @contextmanager
    def broken(house: House, fault: Fault) -> Iterator[Facts]:
        asker, _, asked = fault.target.partition(">")
        link = house.links[Ends(asker, asked)]
        carried = link.carried
        house.beside(link.become(line, LATE_SECONDS))
        try:
            yield {"carried": carried}
        finally:
            house.beside(link.become(Line.WHOLE))

    return broken


@contextmanager
def full_disk(house: House, fault: Fault) -> Iterator[Facts]:
    """Nothing more can be written where Kafka or Postgres keeps its data."""
    disk = house.disks[fault.target]
    disk.fill()
    try:
        yield {"by": disk.kind}
    finally:
        disk.free()


@contextmanager
def moved_clock(house: House, fault: Fault) -> Iterator[Facts]:
    """The clock of a service is an hour ahead, then right again; it is started anew each time."""
    names = targets(house, fault)
    before = {name: _pid(house, name) for name in names}
    _set_clock(house, names, HOUR)
    try:
        yield {"pids": before}
    finally:
        _set_clock(house, names, 0)


def _set_clock(house: House, names: list[str], seconds: int) -> None:
    for name in names:
        house.child(name).environment[OFFSET] = str(seconds)
        send(_pid(house, name), signal.SIGKILL)


@contextmanager
def jumped_clock(house: House, fault: Fault) -> Iterator[Facts]:
    """The time that a running process reads jumps an hour ahead, and back; it goes on running."""
    found = library()
    if found is None:
        raise NotBroken("libfaketime is not installed")
    dial = Dial(house.logs / f"{fault.target}.dial")
    for name in targets(house, fault):
        house.child(name).environment.update(dial.environment(found))
        send(_pid(house, name), signal.SIGKILL)
    _await("all is well under a clock that can be moved", lambda: not house.sick())
    before = {name: _pid(house, name) for name in targets(house, fault)}
    dial.turn(HOUR)
    try:
        facts: Facts = {"jumped": before}
        yield facts
    finally:
        dial.turn(0)
    facts["ended"] = time.monotonic()
    if before != {name: house.child(name).pid for name in before}:
        facts["died"] = True


@contextmanager
def woken_relay(house: House, fault: Fault) -> Iterator[Facts]:
    """A relay stands still until its successor has published, and then goes on where it was."""
    old = _pid(house, "aid-relay")
    child = house.standby()
    successor = spawn(child.command(), house.running.supervisor.log(STANDBY), house.home, child.environment)
    try:
        _await("the successor waits", lambda: _successor_is_active(house) == "false")
        os.kill(old, signal.SIGSTOP)
        try:
            _await("the successor works", lambda: _successor_is_active(house) == "true")
            facts: Facts = {"pids": {"aid-relay": old}}
            yield facts
        finally:
            os.kill(old, signal.SIGCONT)
        facts["ended"] = time.monotonic()
        # It has to notice by itself that its lease is gone.
        _await("the woken relay ends", lambda: house.child("aid-relay").pid not in {None, old})
    finally:
        successor.kill()
        successor.wait()


def _successor_is_active(house: House) -> str:
    """What it says itself: "true", "false", or nothing while it does not answer."""
    try:
        found = health_of(house.base + STANDBY_OFFSET)
    except httpx.HTTPError:
        return ""
    return str(found.json()["details"].get("active", ""))


def _await(what: str, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise NotBroken(f"not within {PATIENCE:.0f} s: {what}")
        time.sleep(0.1)


@contextmanager
def deleted_topic(house: House, fault: Fault) -> Iterator[Facts]:
    """A topic is deleted from Kafka, with all that stood in it."""
    topic = next(topic for topic in TOPICS if topic.name == fault.target)
    # Hints have no owner who keeps them: matching and clock say anew what still matters.
    before = house.epochs(topic)
    house.beside(_delete(house.kafka, fault.target))
    yield {"also": lambda: _all_rose(before, house.epochs(topic))}


def _all_rose(before: dict[str, int], now: dict[str, int]) -> bool:
    return all(now[owner] > number for owner, number in before.items())


async def _delete(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic])
    finally:
        await admin.close()


@contextmanager
def lost_kafka(house: House, fault: Fault) -> Iterator[Facts]:
    """The broker dies and everything it kept is gone; it starts again with an empty disk."""
    child, epochs = house.child("kafka"), house.epochs(*TOPICS)
    before, command = _pid(house, "kafka"), child.command
    child.command = _not_now
    try:
        send(before, signal.SIGKILL)
        _await("the broker is gone", lambda: child.pid is None)
        house.empty_kafka()
        yield {
            "pids": {"kafka": before},
            "also": lambda: _all_rose(epochs, house.epochs(*TOPICS)),
        }
    finally:
        child.command = command
        # That it could not be started while it had no disk was our doing: it does not wait longer for it.
        child.deaths.clear()
        child.start_again_at = 0.0


@contextmanager
def restored_postgres(house: House, fault: Fault) -> Iterator[Facts]:
    """A backup is made under load, work goes on, then all data is lost and the backup is restored."""
    with TemporaryDirectory(prefix="noaber-backup-") as name:
        folder = Path(name)
        began = time.time()
        backup = house.back_up(folder)
        time.sleep(fault.seconds)
        before = {name: _pid(house, name) for name in house.names}
        for pid in before.values():
            send(pid, signal.SIGKILL)
        lost, ended = time.time(), time.monotonic()
        anew = house.come_back(backup, folder)
        yield {
            "pids": before,
            "restored": {"backup_at": began, "anew_at": anew, "restored_at": time.time()},
            "backup_age": round(lost - began, 1),
            # What an operator does until it serves again is part of the recovery.
            "ended": ended,
        }


@contextmanager
def moody_telephone(house: House, fault: Fault) -> Iterator[Facts]:
    """The provider of calls is there and does not do what it should."""
    before = len(house.telephone.calls)
    house.beside(house.telephone.become(Mood(fault.target)))
    facts: Facts = {}
    try:
        yield facts
    finally:
        facts["calls_taken"] = len(house.telephone.calls) - before
        house.beside(house.telephone.become(Mood.WELL))


def _not_now() -> list[str]:
    raise SetupFailed("the broker has no disk")


KINDS: Final[dict[str, Break]] = {
    "kill": killed,
    "stop": stopped,
    "cut": broken_line(Line.CUT),
    "frozen": broken_line(Line.FROZEN),
    "half_open": broken_line(Line.HALF_OPEN),
    "slow": broken_line(Line.SLOW),
    "disk": full_disk,
    "clock": moved_clock,
    "jump": jumped_clock,
    "woken_relay": woken_relay,
    "topic": deleted_topic,
    "kafka_lost": lost_kafka,
    "postgres_restored": restored_postgres,
    "telephone": moody_telephone,
}
"""Kind of a fault -> what breaks it."""
