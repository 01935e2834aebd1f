"""Runs two sides in turns and says of each pair whether it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final, Protocol

OTHERS_CORES: Final = 0.25
"""Cores that anybody else may use on average while a side runs; above it the pair is void."""

QUEUE_FACTOR: Final = 2.0
QUEUE_SECONDS: Final = 0.02
"""A side queues when its last fifth waited this many times as long as its first, and this much longer."""

QUEUE_FEWEST: Final = 50
"""Fewer waits than this say nothing about growth."""


@dataclass(frozen=True)
class Trial:
    """One run of one side.

    `figures`: what was measured, by name. `sent` and `received`: how many things went in, and how many of
    them came out right. `waits`: seconds that each took, in the order of sending; empty where that is not
    how the side is measured.
    """

    figures: Mapping[str, float]
    sent: int = 0
    received: int = 0
    waits: Sequence[float] = field(default=(), repr=False)


@dataclass(frozen=True)
class Pair:
    """Both sides of one turn (`theirs` is None where nothing is compared), and why it does not count."""

    ours: Trial
    theirs: Trial | None = None
    void: str | None = None


class Watch(Protocol):
    """Sees what the rest of the machine does."""

    def start(self) -> None:
        """From here on."""

    def others(self) -> float:
        """Cores that were used by anybody else since `start`, on average."""


Side = Callable[[], Trial]


def alternate(ours: Side, theirs: Side | None, pairs: int, watch: Watch) -> list[Pair]:
    """Pairs until `pairs` of them count, at most twice as many; every second one begins with the other side.

    Without `theirs` our own side runs alone.
    """
    found: list[Pair] = []
    while sum(pair.void is None for pair in found) < pairs and len(found) < 2 * pairs:
        if theirs is None:
            trial, busy = _watched(ours, watch)
            found.append(Pair(trial, None, why_void(trial, None, busy)))
            continue
        turns = (ours, theirs) if len(found) % 2 == 0 else (theirs, ours)
        ran = {side: _watched(side, watch) for side in turns}
        (trial, busy), (other, busy_too) = ran[ours], ran[theirs]
        found.append(Pair(trial, other, why_void(trial, other, max(busy, busy_too))))
    return found


def why_void(ours: Trial, theirs: Trial | None, others_cores: float) -> str | None:
    """The reason why a pair does not count; None where it does.

    That our own side queues is a result, and shows in its figures; a baseline that queues is no baseline.
    """
    if ours.received != ours.sent:
        return f"sent {ours.sent}, received {ours.received}"
    if theirs is not None and theirs.received != theirs.sent:
        return f"baseline: sent {theirs.sent}, received {theirs.received}"
    if theirs is not None and queues(theirs.waits):
        return "the baseline queues"
    if others_cores > OTHERS_CORES:
        return f"others used {others_cores:.2f} cores"
    return None


def queues(waits: Sequence[float]) -> bool:
    """Whether what came last waited much longer than what came first: more comes in than goes out."""
    if len(waits) < QUEUE_FEWEST:
        return False
    fifth = len(waits) // 5
    first, last = median(waits[:fifth]), median(waits[-fifth:])
    return last > QUEUE_FACTOR * first and last - first > QUEUE_SECONDS


def _watched(side: Side, watch: Watch) -> tuple[Trial, float]:
    watch.start()
    trial = side()
    return trial, watch.others()
