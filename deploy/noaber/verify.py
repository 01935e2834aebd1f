"""`noaber verify`: whether chains, seals, tables, outbox and topics say the same."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from deploy.backup import platform_in
from deploy.bootstrap import SetupFailed, home_of
from deploy.noaber.state import running_here
from deploy.stack import OWNERS
from deploy.steps import attempt


@click.command(epilog="Example: noaber verify --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def verify(as_json: bool) -> None:  # noqa: FBT001 an option of the command line
    """Check what the running platform has written down; exit code 0 only if all of it is whole."""
    home = home_of(os.environ)
    state = running_here(home)
    reports = [look(home, Path(state["place"]), int(state["base"]), owner) for owner in OWNERS]
    if as_json:
        click.echo(json.dumps({"whole": not any(each["problems"] for each in reports), "owners": reports}))
    else:
        for report in reports:
            _print(report)
    sys.exit(1 if any(report["problems"] for report in reports) else 0)


def look(home: Path, place: Path, base: int, owner: str) -> dict[str, Any]:
    """{"owner", "problems": [sentence], "counted": {what: how many}}. Raises SetupFailed."""
    done = attempt(platform_in(place, base), home, f"services.{owner}", ["verify"])
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError as nothing:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise SetupFailed(f"{owner} could not be checked: {last[0]}. See noaber status") from nothing
    return found


def _print(report: dict[str, Any]) -> None:
    word = "NOT WHOLE" if report["problems"] else "whole"
    counted = ", ".join(f"{number} {what}" for what, number in report["counted"].items())
    click.echo(f"{report['owner']}: {word} ({counted})")
    for problem in report["problems"]:
        click.echo(f"  {problem}")
