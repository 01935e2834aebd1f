"""`make soak`: an hour of mixed commands and viewers who come and go, and whether anything keeps growing."""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from statistics import linear_regression, median
from typing import Any, Final

from deploy.bootstrap import ROOT, home_of
from tests.faults import town
from tests.faults.crowd import Crowd, Speed
from tests.faults.history import Unwritten
from tests.faults.house import House
from tests.faults.loop import Loop
from tests.faults.plot import Panel, Points, svg
from tests.faults.results import commit
from tests.faults.samples import Sample, look

SAMPLE_SECONDS: Final = 10.0
WARM_MINUTES: Final = 10.0
MOST_GROWTH: Final = 2.0
"""Per cent per hour, after the first ten minutes."""

KEEPERS: Final = ("aid", "directory", "live", "matching", "aid-relay", "directory-relay")
"""They keep the newest of everything in memory (`aid` and `directory`: every session), so they are judged by
how much each new thing takes."""

MOST_PER_STATE: Final = 6.0
"""Kilobytes. A year of ordinary work is less than what an hour of this brings."""

GIVEN: Final = {"kafka": 800.0, "postgres": 400.0}
"""Megabytes. They fill what they are given, so they are judged by that: a heap of 512 beside the JVM's own
memory; shared buffers of 128 beside what some thirty connections keep of the catalogue and of their plans."""

COMMANDS_PER_SECOND: Final = 20.0
MOST_LAG: Final = 10.0 * COMMANDS_PER_SECOND
"""Records in the end: a reader that is further behind than ten seconds of commands does not keep up."""

PASSERS: Final = 12
FOLDER: Final = ROOT / "tests" / "faults"
LARGEST: Final = 9


def main() -> int:
    """0 when nothing that should be level grows by more than 2 % in an hour."""
    told = argparse.ArgumentParser(prog="make soak", epilog="Example: make soak MIN=30")
    told.add_argument("--minutes", type=float, default=60.0)
    told.add_argument("--seed", default="1735")
    told.add_argument("--out", type=Path, default=FOLDER, help="where soak.svg and soak.json go")
    asked = told.parse_args()
    told_to_stop = threading.Event()
    # What was seen until then is reported.
    signal.signal(signal.SIGTERM, lambda *_: told_to_stop.set())
    place = Path(tempfile.mkdtemp(prefix="noaber-soak-")) / "life"
    cast = town.build(random.Random(asked.seed), 2)
    with Loop() as loop, House(home_of(os.environ), place, loop, print, {}) as house:
        speed = Speed(COMMANDS_PER_SECOND)
        crowd = Crowd(house.origin, cast, Unwritten(), asked.seed, speed)
        loop.run(crowd.arrive())
        loop.run(crowd.play())
        people = [each for lender in cast.lenders for each in (lender.desk, *lender.helpers)]
        loop.run(crowd.let_pass(people, PASSERS))
        samples = _watch(loop, house, crowd, asked.minutes, told_to_stop)
        sent = crowd.tally.acknowledged
        loop.run(crowd.leave())
    shutil.rmtree(place.parent)
    return _report(samples, sent, asked.out)


def _watch(
    loop: Loop, house: House, crowd: Crowd, minutes: float, told_to_stop: threading.Event
) -> list[Sample]:
    began, samples = time.monotonic(), []
    while (minute := (time.monotonic() - began) / 60) < minutes and not told_to_stop.is_set():
        samples.append(loop.run(look(house, minute, house.superuser)))
        if len(samples) % 6 == 1:
            total = sum(samples[-1].memory.values())
            print(f"{minute:5.1f} min  {crowd.tally.acknowledged} acknowledged  {total:.0f} MB", flush=True)
        next_at = began + SAMPLE_SECONDS * len(samples)
        told_to_stop.wait(max(0.0, next_at - time.monotonic()))
    return samples


def growth(points: Points, warm: float = WARM_MINUTES) -> float | None:
    """Per cent per hour along the line behind the first `warm` minutes; None: too few.

    The line of Theil and Sen (the median of the slopes between all pairs): a busy minute is no growth.
    """
    late = [point for point in points if point[0] >= warm]
    if len(late) < 3:
        return None
    pairs = combinations(late, 2)
    slope = median((after - before) / (end - begin) for (begin, before), (end, after) in pairs)
    begin = median(value - slope * (minute - late[0][0]) for minute, value in late)
    return 100.0 * 60.0 * slope / begin if begin > 0 else None


def behind(points: Points, minutes: float = WARM_MINUTES) -> float:
    """The median of the last so many minutes."""
    return median(value for minute, value in points if minute >= points[-1][0] - minutes)


def per_state(samples: Sequence[Sample], name: str, warm: float = WARM_MINUTES) -> float | None:
    """Kilobytes that a process grew by for each new thing, behind the first `warm` minutes; None: too few."""
    late = [each for each in samples if each.minute >= warm and name in each.memory]
    if len(late) < 3 or len({each.states for each in late}) < 2:
        return None
    line = linear_regression([each.states for each in late], [each.memory[name] for each in late])
    return 1_000.0 * line.slope


def _lines(samples: Sequence[Sample], what: str) -> dict[str, Points]:
    names = sorted({name for sample in samples for name in getattr(sample, what)})
    return {
        name: [(each.minute, getattr(each, what)[name]) for each in samples if name in getattr(each, what)]
        for name in names
    }


def _largest(lines: dict[str, Points]) -> dict[str, Points]:
    kept = sorted(lines, key=lambda name: -lines[name][-1][1])[:LARGEST]
    return {name: lines[name] for name in kept}


def _report(samples: Sequence[Sample], sent: int, folder: Path) -> int:
    minutes = round(samples[-1].minute, 1)
    found: dict[str, Any] = {"commit": commit(), "acknowledged": sent, "minutes": minutes}
    level = {what: _lines(samples, what) for what in ("memory", "files")}
    lag = _lines(samples, "lag")
    found["growth"] = {
        what: {name: growth(points) for name, points in lines.items()} for what, lines in level.items()
    }
    found["kilobytes per new state"] = {name: per_state(samples, name) for name in KEEPERS}
    found["lag in the end"] = {name: behind(points) for name, points in lag.items()}
    found["last"] = asdict(samples[-1])
    (folder / "soak.json").write_text(json.dumps(found, indent=1) + "\n")
    panels = [
        Panel("memory of each process, MB (proportional set size)", level["memory"]),
        Panel("open files of each process", level["files"]),
        Panel("lag, records or rows", lag),
        Panel("tables, MB (the largest)", _largest(_lines(samples, "tables"))),
        Panel("topics, MB (the largest)", _largest(_lines(samples, "topics"))),
    ]
    (folder / "soak.svg").write_text(svg(panels))
    print(f"{sent} commands acknowledged in {minutes} minutes")
    too_much = [
        _say(f"{what:7} {name}", part, MOST_GROWTH, "% per hour")
        for what, parts in found["growth"].items()
        for name, part in parts.items()
        if not (what == "memory" and (name in KEEPERS or name in GIVEN))
    ]
    too_much += [
        _say(f"memory  {name}", level["memory"][name][-1][1], most, f"MB of {most:.0f}")
        for name, most in GIVEN.items()
    ]
    too_much += [
        _say(f"memory  {name}", part, MOST_PER_STATE, "KB for each new thing")
        for name, part in found["kilobytes per new state"].items()
    ]
    too_much += [
        _say(f"lag     {name}", part, MOST_LAG, "records in the end")
        for name, part in found["lag in the end"].items()
    ]
    return 1 if any(too_much) else 0


def _say(what: str, part: float | None, most: float, unit: str) -> bool:
    bad = part is not None and part > most
    number = "too few samples" if part is None else f"{part:+.1f} {unit}"
    print(f"  {what:24} {number}{'  TOO MUCH' if bad else ''}")
    return bad


if __name__ == "__main__":
    sys.exit(main())
