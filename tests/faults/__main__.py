"""`make faults`: lives with random faults, one after another, until enough faults or enough time."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from deploy.bootstrap import home_of
from tests.faults import results, schedule
from tests.faults.crowd import Speed
from tests.faults.judging import judged
from tests.faults.kinds import Fault, NotBroken
from tests.faults.life import Life, Row

HEAD: Final = (
    f"{'kind':12} {'target':34} {'lasted':>7} {'healthy':>8} {'command':>8} {'viewers':>8}  violations"
)


def main() -> int:
    """0 when no fault left a violation."""
    told = argparse.ArgumentParser(prog="make faults", epilog="Example: make faults N=20 SEED=1735")
    told.add_argument("--number", type=int, default=100, help="faults to run")
    told.add_argument("--seed", default="1735")
    told.add_argument("--minutes", type=float, default=120.0, help="begin no life after so many")
    told.add_argument("--keep", type=Path, help="a folder for the histories; without it only bad ones stay")
    asked = told.parse_args()
    # Told to stop, it takes away what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    end = time.monotonic() + 60 * asked.minutes
    commit, done, bad = results.commit(), 0, 0
    life = results.next_life(asked.seed, results.read())
    while done < asked.number and time.monotonic() < end:
        rows = _live(asked.seed, life, asked.keep)
        results.append({"commit": commit, "seed": asked.seed, "life": life, **row} for row in rows)
        done += len(rows)
        bad += sum(len(row["violations"]) for row in rows)
        life += 1
    results.write_table()
    ours = [row for row in results.read() if row["seed"] == asked.seed]
    print(f"{results.by_target(ours)}\n\n{results.table(ours)}")
    return 1 if bad else 0


def _live(seed: str, number: int, keep: Path | None) -> list[dict[str, Any]]:
    folder = Path(tempfile.mkdtemp(prefix="noaber-faults-", dir=keep))
    print(f"Life {number} of seed {seed}, in {folder}\n{HEAD}", flush=True)
    rows: list[dict[str, Any]] = []
    with Life(home_of(os.environ), folder / "life", f"{seed}/{number}", Speed(), _quiet) as life:
        for ordinal, fault in enumerate(schedule.of_life(seed, number)):
            row = _suffer(life, fault)
            if row is not None:
                at = datetime.now(UTC).isoformat(timespec="seconds")
                rows.append({"at": at, "ordinal": ordinal, **row.plain()})
            if row is None or row.violations:
                break
        history = life.end()
    verdict = judged(history.file)
    violations = [str(each) for each in verdict.violations]
    for row in rows:
        if row["kind"] == "postgres_restored":
            # Of the whole life: acknowledged after a backup that was restored later.
            row["facts"]["lost"] = len(verdict.lost)
    if rows:
        rows[-1]["violations"] += violations
    for violation in violations:
        print(f"  {violation}", flush=True)
    if keep is None and not any(row["violations"] for row in rows):
        shutil.rmtree(folder)
    return rows


def _suffer(life: Life, fault: Fault) -> Row | None:
    try:
        row = life.suffer(fault)
    except NotBroken as why:
        print(f"{fault.kind:12} {fault.target:34} does not count: {why}", flush=True)
        return None
    times = "".join(f" {_seconds(each):>8}" for each in (row.healthy, row.acknowledged, row.viewers))
    print(f"{row.kind:12} {row.target:34} {row.lasted:7.1f}{times}  {'; '.join(row.violations)}", flush=True)
    return row


def _seconds(found: float | None) -> str:
    return "never" if found is None else f"{found:.1f}"


def _quiet(line: str) -> None:
    """What a start says, nobody needs to read a hundred times."""


if __name__ == "__main__":
    sys.exit(main())
