"""`python -m tests.bench [--only NAME] [--quick]`: measures, prints the table, keeps it unless quick."""

import argparse
import importlib
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from deploy.bootstrap import ROOT, home_of
from tests.bench.machine import Others, Unjudged
from tests.bench.report import keep, merged, read_results, table
from tests.bench.rows import Row, failed
from tests.bench.setting import Setting

BENCHES: Final = (
    "claims",
    "tracing",
    "chain",
    "traced",
    "delivery",
    "rebuild",
    "history",
    "matching",
    "start",
    "switch",
    "strip",
    "year",
)
"""Each is a module here with `measure(setting)`, which gives rows; in this order."""

LIMIT_SECONDS: Final = 1_800
"""One bench may take so long at most; then it failed, and the next one begins."""


def main() -> int:
    """0, or 1 where a bench did not come to an end; a goal that is missed is a result, not a failure."""
    told = _arguments()
    rows: list[dict[str, Any]] = []
    for name in [told.only] if told.only else BENCHES:
        began = time.monotonic()
        print(f"{name} ...", flush=True)
        rows += [_noted(name, each) for each in _measured(name, told.quick)]
        print(f"{name} took {time.monotonic() - began:.0f} s", flush=True)
    print("\n" + table(rows))
    if told.quick:
        print("\nQuick: few and short runs, so these figures are kept nowhere.")
    else:
        keep(merged(read_results(), rows, BENCHES))
    broken = [each["name"] for each in rows if not each["runs"]]
    void = [each["name"] for each in rows if each["runs"] and each["void"] is not None]
    missed = [each["name"] for each in rows if each["met"] is False]
    for what, names in (("Did not end", broken), ("Void", void), ("Goal missed", missed)):
        if names:
            print(f"{what}: {', '.join(names)}")
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", epilog="Example: make bench ONLY=strip QUICK=1")
    parser.add_argument("--only", choices=BENCHES)
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def _measured(name: str, quick: bool) -> list[Row]:  # noqa: FBT001 as it came from the command line
    rows: list[Row] = []
    home = home_of(os.environ)
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home / "tmp", prefix="bench-") as scratch:
        watch = Unjudged(_say) if quick else Others()
        setting = Setting(quick, home, Path(scratch), watch, _say)
        try:
            with _ended_after(LIMIT_SECONDS):
                found: Iterable[Row] = importlib.import_module(f"tests.bench.{name}").measure(setting)
                rows.extend(found)
        except (Exception, TooLong) as failure:
            # The table says so, and the other benches are still worth having.
            print(f"  {name} failed: {failure!r}", file=sys.stderr, flush=True)
            rows.append(failed(name, f"failed: {type(failure).__name__}"))
    return rows


class TooLong(BaseException):
    """Of a bench that does not come to an end; whatever that bench catches, it does not catch this."""


def _say(line: str) -> None:
    print(f"  {line}", flush=True)


@contextmanager
def _ended_after(seconds: int) -> Iterator[None]:
    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise TooLong(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _noted(bench: str, found: Row) -> dict[str, Any]:
    return {
        **found.as_json(),
        "bench": bench,
        "at": datetime.now(UTC).strftime("%-d %B %Y"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
    }


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(asked, cwd=ROOT, check=False, capture_output=True, text=True)
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
