"""`noaber trace`: where a command is."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from deploy.backup import platform_in
from deploy.bootstrap import home_of
from deploy.noaber.state import running_here
from deploy.noaber.status import ask_health
from deploy.tracing.trace import Step, Trace, Verdict, lately, trace
from services.runtime.whereabouts import Late

LATELY: Final = 10

CODES: Final = {
    Verdict.ARRIVED: 0,
    Verdict.NOTHING: 0,
    Verdict.LOST: 1,
    Verdict.UNKNOWN: 1,
    Verdict.WAITS: 3,
}

SENTENCES: Final = {
    Verdict.ARRIVED: "It arrived: every page that may show it does.",
    Verdict.NOTHING: "It was answered, and changed nothing: so it was already, or it is in no journal.",
    Verdict.WAITS: "It is on its way. If that lasts: noaber doctor",
    Verdict.LOST: "It is decided, and neither on its way nor in its topic: noaber verify",
    Verdict.UNKNOWN: "Nobody here knows it: it never arrived, or was refused, or is a week old.",
}


@click.command(name="trace", epilog="Example: noaber trace 01936b1c-7000-7000-8000-000000000007")
@click.argument("asked", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def trace_verb(asked: str | None, as_json: bool) -> None:  # noqa: FBT001 an option of the command line
    """Follow ID: a command's Idempotency-Key, a correlation id, a trace's id, an event's or a row's.

    Lines of a log hold the second and the third, as cause and trace.

    Without ID: what was decided last, with an id of each.

    Exit code 0: it arrived. 3: it is on its way. 1: it is lost, or nobody knows it. Its content is not shown.
    """
    state = running_here(home_of(os.environ))
    base = int(state["base"])
    platform = platform_in(Path(state["place"]), base)
    if asked is None:
        late = lately(platform)[:LATELY]
        plain = [{"owner": owner, **asdict(each), "at": each.at.isoformat()} for owner, each in late]
        click.echo(json.dumps(plain) if as_json else "\n".join(told_lately(late)))
        return
    found = trace(platform, asked, ask_health("live", base))
    click.echo(json.dumps(found.as_json()) if as_json else "\n".join(told(found)))
    sys.exit(CODES[found.verdict])


def told_lately(late: Sequence[tuple[str, Late]]) -> list[str]:
    """What was decided last in lines."""
    lines = [f"{each.at:%H:%M:%S}  {each.cause}  {owner}: {', '.join(each.kinds)}" for owner, each in late]
    return [
        *lines,
        "(UTC) Follow one: noaber trace ID" if lines else "Nothing was decided here yet.",
    ]


def told(found: Trace) -> list[str]:
    """Its way in lines."""
    lines = [f"{found.asked} is the id of: {found.known_as or 'nothing'}"]
    if found.answered_at is not None:
        lines.append(f"answered  by {found.answered_by} at {found.answered_at:%d-%m-%Y %H:%M:%S.%f}")
    for step in found.steps:
        lines += _of_step(step)
    if found.steps:
        word = "has read all there is" if found.live["healthy"] and not found.live["lag"] else "is behind"
        lines.append(f"live      {word} ({found.live['lag']} records to go) {found.live['why']}".rstrip())
    return [*lines, SENTENCES[found.verdict]]


def _of_step(step: Step) -> list[str]:
    change, spot = step.change, step.spot
    name = f"{change.aggregate}/{change.key}/{change.version}"
    lines = [
        f"journal   of {step.owner}: {name}, {change.event_type}, at {change.at:%H:%M:%S.%f}",
        f"          event {change.event_id}, cause {change.correlation}",
        f"outbox    {'still holds it' if change.waits else 'let it go'}",
    ]
    if spot is None:
        return [*lines, "topic     has nothing of it"]
    where = f"{spot.topic}, partition {spot.partition}, offset {spot.offset}"
    # The newest state of a key is all that stays in its topic.
    newer = ", a newer state of the same" if spot.version > change.version else ""
    return [*lines, f"topic     {where}: epoch {spot.epoch}, version {spot.version}{newer}"]
