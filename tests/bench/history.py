"""What a claim and a snapshot cost after 1,000 events and after 200,000: the past must not be paid again."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from statistics import median
from typing import Final
from uuid import UUID

from schemas.events.commitment import Commitment, CommitmentState
from schemas.values import Where
from services.runtime.who import COOKIE
from tests.bench import crowd
from tests.bench.closed_loop import send
from tests.bench.machine import cpu_seconds
from tests.bench.owner import Owner, until
from tests.bench.rows import Row, ratio_at_most
from tests.bench.setting import Setting
from tests.bench.trials import Trial

SHORT: Final = 1_000
LONG: Final = 200_000
VERSIONS: Final = 20
"""Of each commitment that is over: so the long past is 10,000 of them."""

PEOPLE: Final = crowd.LENDERS
SNAPSHOTS: Final = 40
ANSWER_SECONDS: Final = 20
GOAL: Final = ratio_at_most(1.1)
READ_SECONDS: Final = 180.0
CLOSED: Final = UUID("00000000-0000-4000-9000-000000000002")
PAST: Final = 0x500


def measure(setting: Setting) -> Iterator[Row]:
    """Two owners, with a `live` each, side by side: the same crisis, another past."""
    long = int(setting.share(LONG))
    with ExitStack() as stack:
        new, old = (
            Life(stack, replace(setting, scratch=setting.scratch / str(events)), events)
            for events in (SHORT, long)
        )
        past = f"{long:,} events beside {SHORT:,}"
        # Before the claims, of which each wave makes every later picture larger.
        snapshots = setting.compare(old.snapshots, new.snapshots)
        yield setting.row(f"snapshot after {past}, p50", "ms", snapshots, "ms", GOAL)
        claims = setting.compare(old.claims, new.claims)
        yield setting.row(f"claim after {past}, p50 of one client", "ms", claims, "ms", GOAL)
        yield setting.row(
            f"processor time of a claim after {past}, aid and Postgres", "ms", claims, "cpu", GOAL
        )


class Life:
    """One platform with so many events behind it."""

    def __init__(self, stack: ExitStack, setting: Setting, events: int) -> None:
        self._owner = owner = stack.enter_context(Owner(setting, PEOPLE))
        self._wave = 0
        asyncio.run(owner.tell())
        owner.start("aid-relay")
        for version in range(1, VERSIONS + 1):
            over = [_over(number) for number in range(events // VERSIONS)]
            asyncio.run(owner.write(over, version))
        until(lambda: asyncio.run(owner.counted("outbox")) == 0, READ_SECONDS)
        owner.start("live")
        self._cookie = f"{COOKIE}={owner.token(owner.people)}"
        asyncio.run(owner.executed("VACUUM ANALYZE"))
        # Connections opened, statements prepared, tokens judged, the session known to `live`.
        self.claims()
        until(lambda: self._snapshot()[0] == 200)

    def claims(self) -> Trial:
        """One client, one claim after the other, each on a request of its own."""
        owner = self._owner
        self._wave += 1
        numbers = range(self._wave * owner.people, (self._wave + 1) * owner.people)
        asyncio.run(owner.ask(numbers))
        requests = [owner.claim(number) for number in numbers]
        processes = (owner.process.pid, owner.backing.pids["postgres"])
        before = sum(map(cpu_seconds, processes))
        sent = send(owner.port, requests, 1)
        spent = sum(map(cpu_seconds, processes)) - before
        figures = {"ms": 1_000 * median(sent.waits), "cpu": 1_000 * spent / len(requests)}
        return Trial(figures, len(requests), sent.statuses.count(200))

    def snapshots(self) -> Trial:
        """The borrower's picture, again and again."""
        found = [self._snapshot() for _ in range(SNAPSHOTS)]
        received = sum(status == 200 and abs(size - found[0][1]) <= 1 for status, size, _ in found)
        return Trial({"ms": 1_000 * median(seconds for *_, seconds in found)}, SNAPSHOTS, received)

    def _snapshot(self) -> tuple[int, int, float]:
        began = time.perf_counter()
        connection = HTTPConnection("127.0.0.1", self._owner.ports["live"], timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/api/live/snapshot", headers={"Cookie": self._cookie})
            answer = connection.getresponse()
            # The moment and the cursor in it differ by a few bytes.
            return answer.status, len(answer.read()) // 1_000, time.perf_counter() - began
        except (HTTPException, OSError):
            # It was not received, so the run does not count.
            return 0, 0, 0.0
        finally:
            connection.close()


def _over(number: int) -> Commitment:
    """A commitment of a year ago, which binds nobody."""
    began = crowd.MORNING - timedelta(days=365)
    return Commitment(
        id=crowd.numbered(PAST, number),
        request=crowd.numbered(PAST + 1, number // crowd.SLOTS),
        incident=CLOSED,
        function=crowd.FUNCTION,
        where=Where.REMOTE,
        lender=crowd.lender_of(number),
        borrower=crowd.BORROWER,
        person=crowd.person_id(number % PEOPLE),
        state=CommitmentState.RELEASED,
        starts=began,
        ends=began + timedelta(days=2),
        claimed_at=began,
        exercise=False,
    )
