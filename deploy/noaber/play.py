"""`noaber play`: drive the public HTTP interface through a scenario."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Final

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from deploy.bootstrap import ROOT, home_of
from deploy.client import Unexpected
from deploy.noaber.state import running_here
from deploy.scenarios.cast import PlayFailed
from deploy.scenarios.player import Player
from deploy.scenarios.story import Story, read_story

STORY: Final = ROOT / "deploy" / "scenarios" / "hof-van-twente-2020.json"
PAUSE_SECONDS: Final = 2.0
"""Between two steps at speed 1."""


class Speed(click.ParamType):
    """A number above 0, or `max` for no pauses."""

    name = "N|max"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Pauses divided by this."""
        if value == "max":
            return float("inf")
        try:
            speed = float(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number nor max", param, ctx)
        if speed <= 0:
            self.fail("it must be above 0", param, ctx)
        return speed


@click.command(epilog="Example: noaber play deploy/scenarios/hof-van-twente-2020.json --speed 10")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--speed", type=Speed(), default="1", show_default=True, help="2 s between steps at speed 1.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def play(file: Path, speed: float, as_json: bool) -> None:  # noqa: FBT001 an option of the command line
    """Play FILE; exit code 0 only if every step was answered as the story expects."""
    state = running_here(home_of(os.environ))
    sys.exit(perform(state["origin"], read_story(file), speed, as_json))


def perform(origin: str, story: Story, speed: float, as_json: bool) -> int:  # noqa: FBT001 as above
    """Play a story with a progress bar; the exit code."""
    player = Player(origin, story)
    try:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), disable=as_json
        ) as bar:
            task = bar.add_task(story.title.nl, total=len(story.steps))
            for step in story.steps:
                bar.update(task, description=f"{step.at}: {step.say.nl}"[:70])
                player.play(step)
                bar.advance(task)
                time.sleep(PAUSE_SECONDS / speed)
            summary = player.finish().as_json()
    except (PlayFailed, Unexpected) as failure:
        click.echo(f"The play stopped: {failure}", err=True)
        return 1
    _tell(summary, as_json)
    return 0


def _tell(summary: dict[str, Any], as_json: bool) -> None:  # noqa: FBT001 as above
    if as_json:
        click.echo(json.dumps(summary))
        return
    click.echo(
        f"{summary['steps']} steps, {summary['requests']} requests, {summary['commitments']} commitments, "
        f"{summary['refusals']} refusals as expected"
    )
    click.echo(
        f"first approach after {summary['first_approach']} s, filled after {summary['filled']} s (median)"
    )
    click.echo("the wall agrees with the owners")
