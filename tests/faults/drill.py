"""`make drill`: an upgrade from an earlier release to the one checked out, under load, and judged."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from deploy.bootstrap import SetupFailed, home_of
from deploy.release import unpack
from deploy.stack import BY_NAME, OWNERS, UPGRADE
from deploy.steps import attempt, run_step
from tests.faults import half_way
from tests.faults.added import added_since
from tests.faults.crowd import Speed
from tests.faults.house import House, led_to
from tests.faults.judging import judged
from tests.faults.kinds import Break, Facts, Fault, NotBroken
from tests.faults.life import Life, Row
from tests.faults.processes import send

SEED: Final = "upgrade"
SAID: Final = 400
"""Characters of what a migration said at its end."""


def main(arguments: list[str]) -> int:
    """0 when everything recovered and the checker found no violation; 2 when it could not be tried."""
    told = argparse.ArgumentParser(prog="make drill", epilog="Example: make drill FROM=v1.2")
    told.add_argument("--from", dest="earlier", default="HEAD^", help="commit or tag of the release before")
    asked = told.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="noaber-drill-"))
    try:
        commit = unpack(asked.earlier, folder / "earlier")
        print(f"From {asked.earlier} ({commit[:10]}) to what is checked out, in {folder}", flush=True)
        violations = drill(folder)
    except (SetupFailed, NotBroken) as why:
        print(f"This is no drill: {why}", file=sys.stderr)
        if not (folder / "life").exists():
            shutil.rmtree(folder)
        return 2
    for each in violations:
        print(f"  {each}", flush=True)
    print(f"{len(violations)} violations" + (f"; what happened is kept in {folder}" if violations else ""))
    if not violations:
        shutil.rmtree(folder)
    return 1 if violations else 0


def drill(folder: Path) -> list[str]:
    """What was wrong; [] is good. `folder / "earlier"` holds the code of the release that runs before."""
    broken = half_way.broken_release(folder / "broken")
    earlier = folder / "earlier"
    with Life(home_of(os.environ), folder / "life", SEED, Speed(), print, release=earlier) as life:
        _runs_from(life.house, earlier)
        life.crowd.added = added_since(earlier)
        life.history.note("upgrade", added=life.crowd.added)
        rows = [_told(life.suffer(Fault("migration", "half-way"), _fails_with(broken)))]
        rows.append(_told(life.suffer(Fault("migration", "whole"), _migrated)))
        rows += [_told(life.suffer(Fault("upgrade", "+".join(names)), upgraded)) for names in UPGRADE]
        history = life.end()
    found = [f"{row.kind} {row.target}: {each}" for row in rows for each in row.violations]
    return found + [str(each) for each in judged(history.file).violations]


@contextmanager
def upgraded(house: House, fault: Fault) -> Iterator[Facts]:
    """Told to stop, as an operator's tools do; started again, a process runs the new release."""
    names = fault.target.split("+")
    before = {name: house.child(name).pid for name in names}
    house.upgrade(names)
    for name, pid in before.items():
        if pid is None:
            raise NotBroken(f"{name} does not run")
        send(pid, signal.SIGTERM)
    yield {
        "pids": before,
        "also": lambda: all(house.child(name).pid not in {None, pid} for name, pid in before.items()),
    }


def _fails_with(broken: Path) -> Break:
    @contextmanager
    def fails(house: House, fault: Fault) -> Iterator[Facts]:
        platform = house.running.platform
        told = {**platform.own_settings, "aid": {**platform.own_settings["aid"], **led_to(broken)}}
        done = attempt(replace(platform, own_settings=told), house.home, "services.aid", ["migrate"])
        if done.returncode == 0 or half_way.SAYS not in done.stderr:
            raise NotBroken(f"the migration did not break half-way: {done.stderr[-SAID:]}")
        yield {}

    return fails


@contextmanager
def _migrated(house: House, fault: Fault) -> Iterator[Facts]:
    """Every owner's tables are those of the new release, while the old one goes on with them."""
    platform = replace(house.running.platform, own_settings={})
    for owner in OWNERS:
        run_step(platform, house.home, f"services.{owner}", ["migrate"])
    yield {}


def _runs_from(house: House, code: Path) -> None:
    """The earlier release is what really runs: Python left there what it compiled of each service."""
    for names in UPGRADE:
        for name in names:
            package = code / BY_NAME[name].module.replace(".", "/")
            if str(code) != house.child(name).environment["PYTHONPATH"] or not _compiled(package):
                raise NotBroken(f"{name} does not run the earlier release")


def _compiled(package: Path) -> bool:
    return any(package.glob("__pycache__/*.pyc"))


def _told(row: Row) -> Row:
    recovered = "never" if row.recovery is None else f"{row.recovery:.1f} s"
    print(
        f"  {row.kind:10} {row.target:34} well again after {recovered}; {row.after} acknowledged", flush=True
    )
    return row


if __name__ == "__main__":
    # Told to stop, it takes away what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main(sys.argv[1:]))
