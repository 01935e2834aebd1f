"""Where a command is: answered, in the journal, in the outbox, in its topic, and read by `live`."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import asyncpg

from deploy.bootstrap import SetupFailed
from deploy.stack import OWNERS, Platform
from deploy.tracing.spot import Spot, newest_records
from schemas.topics import BY_TYPE
from services.runtime import whereabouts
from services.runtime.database import AWAY
from services.runtime.whereabouts import Change, Command, Late, answered, changes

ASK_SECONDS: Final = 10.0

ANSWERING: Final = ("aid", "directory")
"""The owners that people send commands to; each remembers what it answered for a week."""


class Verdict(StrEnum):
    """Arrived: in its topic, and read by `live`. Waits: on its way. Lost: in neither. Unknown: nowhere.

    Nothing: answered, and there was nothing to change.
    """

    ARRIVED = "arrived"
    WAITS = "waits"
    LOST = "lost"
    UNKNOWN = "unknown"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Step:
    """One change of one owner, and its newest record where there is one."""

    owner: str
    change: Change
    spot: Spot | None

    @property
    def verdict(self) -> Verdict:
        """How far this change is. A record of a later version covers it."""
        if self.spot is not None and self.spot.version >= self.change.version:
            return Verdict.ARRIVED
        return Verdict.WAITS if self.change.waits else Verdict.LOST


@dataclass(frozen=True)
class Trace:
    """What was found. `known_as`: "command", "event", "row", "cause", "trace" or nothing.

    `answered_by`: the owner, "" where none answered; `live` as it says itself.
    """

    asked: str
    known_as: str
    answered_at: datetime | None
    answered_by: str
    steps: tuple[Step, ...]
    live: dict[str, Any]

    @property
    def verdict(self) -> Verdict:
        """How far the least far of them is."""
        reached = {step.verdict for step in self.steps}
        if not reached:
            return Verdict.UNKNOWN if self.answered_at is None else Verdict.NOTHING
        if Verdict.LOST in reached:
            return Verdict.LOST
        behind = not self.live["healthy"] or self.live["lag"]
        return Verdict.WAITS if behind or Verdict.WAITS in reached else Verdict.ARRIVED

    def as_json(self) -> dict[str, Any]:
        """Plain values, without what the records say."""
        return {
            "asked": self.asked,
            "known_as": self.known_as,
            "answered_at": self.answered_at and self.answered_at.isoformat(),
            "answered_by": self.answered_by,
            "changes": [_plain(step) for step in self.steps],
            "live": self.live,
            "verdict": self.verdict,
        }


def _plain(step: Step) -> dict[str, Any]:
    change = {**asdict(step.change), "event_id": str(step.change.event_id), "at": step.change.at.isoformat()}
    place = None if step.spot is None else asdict(step.spot)
    if place is not None:
        del place["value"]
    return {"owner": step.owner, **change, "record": place, "verdict": step.verdict}


def trace(platform: Platform, asked: str, live: dict[str, Any]) -> Trace:
    """Follow an Idempotency-Key, a cause, the id of an event, a row or a trace. Raises SetupFailed."""
    return asyncio.run(_trace(platform, asked, live))


def lately(platform: Platform) -> list[tuple[str, Late]]:
    """What the owners decided last, and which of them; the newest first. Raises SetupFailed."""
    return asyncio.run(_lately(platform))


async def _lately(platform: Platform) -> list[tuple[str, Late]]:
    found: list[tuple[str, Late]] = []
    for owner in OWNERS:
        connection = await _connected(platform, owner)
        try:
            found += [(owner, each) for each in await whereabouts.lately(connection)]
        finally:
            await connection.close()
    return sorted(found, key=lambda each: each[1].at, reverse=True)


async def _trace(platform: Platform, asked: str, live: dict[str, Any]) -> Trace:
    answered_by, command = await _answered(platform, asked)
    known_as = "" if command is None else "command"
    steps: list[Step] = []
    for owner in OWNERS:
        kind, found = await _changes(platform, owner, asked if command is None else command.cause)
        known_as = known_as or kind
        steps += await _steps(platform, owner, found)
    answered_at = None if command is None else command.at
    return Trace(asked, known_as, answered_at, answered_by, tuple(steps), live)


async def _answered(platform: Platform, asked: str) -> tuple[str, Command | None]:
    """Which owner answered a command with that key, and that command; ("", None): none that is remembered."""
    for owner in ANSWERING:
        connection = await _connected(platform, owner)
        try:
            command = await answered(connection, asked)
        finally:
            await connection.close()
        if command is not None:
            return owner, command
    return "", None


async def _changes(platform: Platform, owner: str, asked: str) -> tuple[str, list[Change]]:
    connection = await _connected(platform, owner)
    try:
        return await changes(connection, asked)
    finally:
        await connection.close()


async def _connected(platform: Platform, owner: str) -> Any:
    try:
        async with asyncio.timeout(ASK_SECONDS):
            return await asyncpg.connect(platform.database(owner))
    except (*AWAY, TimeoutError) as away:
        raise SetupFailed(f"the database does not answer {owner}; see noaber doctor") from away


async def _steps(platform: Platform, owner: str, found: Sequence[Change]) -> list[Step]:
    spots: dict[tuple[str, str], Spot] = {}
    for kind in {change.aggregate for change in found}:
        wanted = {change.key: change.at for change in found if change.aggregate == kind}
        there = await newest_records(platform.kafka, platform.topic_prefix, BY_TYPE[kind], wanted)
        spots |= {(kind, key): spot for key, spot in there.items()}
    return [Step(owner, change, spots.get((change.aggregate, change.key))) for change in found]
