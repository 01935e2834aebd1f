"""One life of a platform: it starts, people play, faults come one after another, and all is judged."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final, Self

from deploy.running import Say
from deploy.stack import OWNERS
from tests.faults import evidence, town
from tests.faults.crowd import Crowd, Speed
from tests.faults.history import History
from tests.faults.house import House
from tests.faults.kinds import KINDS, Break, Fault, NotBroken
from tests.faults.loop import Loop

ACKNOWLEDGED: Final = 50
"""So many commands before each fault and so many after it."""
PATIENCE: Final = 120.0
QUIET_SECONDS: Final = 40.0
POLL_SECONDS: Final = 0.1
LOOK_SECONDS: Final = 0.25
"""Each look asks every process for its health, with what the machine has for getting well."""


@dataclass
class Row:
    """What became of one fault; times in seconds from the end of the fault, None where it never came."""

    kind: str
    target: str
    seconds: float
    before: int = 0
    in_flight: int = 0
    after: int = 0
    lasted: float = 0.0
    healthy: float | None = None
    acknowledged: float | None = None
    viewers: float | None = None
    also: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    @property
    def recovery(self) -> float | None:
        """Healthy, a command acknowledged, every viewer right, and what else the kind of fault waits for."""
        times = (self.healthy, self.acknowledged, self.viewers, self.also)
        return None if None in times else max(each for each in times if each is not None)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "recovery": self.recovery}


class Life:
    """A context manager: a platform with a crowd that plays; `suffer` as often as you like, then `end`."""

    def __init__(
        self, home: Path, place: Path, seed: str, speed: Speed, say: Say, *, release: Path | None = None
    ) -> None:
        self._say = say
        self._release = release
        self._loop = Loop()
        self._home, self._place, self._seed, self._speed = home, place, seed, speed
        self.history = History(place.with_name(place.name + "-history.jsonl"))

    def __enter__(self) -> Self:
        self._loop.__enter__()
        self.house = House(
            self._home, self._place, self._loop, self._say, note=self.history.note, release=self._release
        )
        self.house.__enter__()
        cast = town.build(Random(f"{self._seed} town"), self._speed.helpers)
        self.crowd = Crowd(self.house.origin, cast, self.history, self._seed, self._speed)
        self._loop.run(self.crowd.arrive())
        self._loop.run(self.crowd.play())
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._loop.run(self.crowd.leave())
        finally:
            self.house.__exit__()
            self._loop.__exit__()
            self.history.close()

    def suffer(self, fault: Fault, breaks: Break | None = None) -> Row:
        """One fault under load; the row says what it did, and what was wrong afterwards.

        `breaks`: what does it, where it is none of the kinds.
        """
        row, tally = Row(fault.kind, fault.target, fault.seconds), self.crowd.tally
        start = tally.acknowledged
        self._until(lambda: tally.acknowledged - start >= ACKNOWLEDGED, "50 acknowledged before the fault")
        self._until(lambda: tally.in_flight > 0, "something in flight")
        row.before, row.in_flight = tally.acknowledged - start, tally.in_flight
        self.history.note("fault", kind=fault.kind, target=fault.target, seconds=fault.seconds)
        began = time.monotonic()
        with (breaks or KINDS[fault.kind])(self.house, fault) as facts:
            if "restored" not in facts:
                time.sleep(fault.seconds)
        # A fault that has to be tidied up afterwards says when it ended.
        ended = facts.pop("ended", time.monotonic())
        row.lasted, row.facts = ended - began, facts
        for owner in OWNERS if "restored" in facts else ():
            self.history.note("restore", owner=owner, **facts["restored"])
        self.history.note("mended")
        self._recover(row, ended, facts.pop("also", lambda: True))
        self.history.note("recovered")
        self._judge_pids(row)
        self._quiet(row)
        return row

    def end(self) -> History:
        """Everybody rests, and what is left behind is written into the history."""
        self._loop.run(self.crowd.rest(PATIENCE))
        self._loop.run(self.crowd.all_equal(QUIET_SECONDS))
        self._loop.run(
            evidence.collect(
                self.history, self.crowd, self.house.kafka, self.house.superuser, self.house.orders
            )
        )
        return self.history

    def _recover(self, row: Row, ended: float, also: Callable[[], bool]) -> None:
        tally = self.crowd.tally
        after = tally.acknowledged
        seen: Future[bool] = self._loop.begin(self.crowd.mark(PATIENCE))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if row.acknowledged is None and min(tally.last_at.values()) > ended:
                row.acknowledged = time.monotonic() - ended
            if row.viewers is None and seen.done() and seen.result():
                row.viewers = time.monotonic() - ended
            if self.house.sick():
                row.healthy = None  # Well for a moment, before it noticed: that does not count.
            elif row.healthy is None:
                row.healthy = time.monotonic() - ended
            row.after = tally.acknowledged - after
            if row.also is None and also():
                row.also = time.monotonic() - ended
            if row.recovery is not None and row.after >= ACKNOWLEDGED:
                return
            time.sleep(LOOK_SECONDS)
        row.violations.append(
            f"not recovered within {PATIENCE:.0f} s: sick {self.house.sick()}, acknowledged {row.after}, "
            f"viewers right {seen.done() and seen.result()}, told again {row.also is not None}"
        )

    def _judge_pids(self, row: Row) -> None:
        same = [name for name, pid in row.facts.get("pids", {}).items() if self.house.child(name).pid == pid]
        if same:
            raise NotBroken(f"the pid of {same} did not change")

    def _quiet(self, row: Row) -> None:
        if not self._loop.run(self.crowd.rest(PATIENCE)):
            row.violations.append("commands without an answer after the fault")
        differing = self._loop.run(self.crowd.all_equal(QUIET_SECONDS))
        if differing:
            row.violations.append(f"pictures that are not a fresh snapshot: {differing}")
        self.history.note("quiet", differing=differing)
        self._loop.run(self.crowd.play())

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise NotBroken(f"not within {PATIENCE:.0f} s: {what}")
            time.sleep(POLL_SECONDS)
