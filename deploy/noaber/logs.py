"""`noaber logs`: what a process wrote, and what it goes on writing."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click

from deploy.bootstrap import SetupFailed, home_of
from deploy.kept_mode import DEMO, start_of
from deploy.noaber.state import UP, read_state

LOOK_SECONDS: Final = 0.2
LAST_LINES: Final = 50
AT_MOST: Final = 1_000_000
"""Bytes of the end of a log in which its last lines are looked for."""


@click.command(epilog="Example: noaber logs aid -f")
@click.argument("name", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on until Ctrl-C.")
@click.option("-n", "--lines", type=click.IntRange(0), default=LAST_LINES, show_default=True, help="So many.")
def logs(name: str | None, follow: bool, lines: int) -> None:  # noqa: FBT001 an option of the command line
    """Print the last lines of the process NAME, also when nothing runs; without NAME say which there are."""
    folder = log_folder(home_of(os.environ))
    names = sorted(file.stem for file in folder.glob("*.log"))
    if name is None:
        click.echo("\n".join(names))
        return
    if name not in names:
        raise SetupFailed(f"no process is called {name}; there are: {', '.join(names)}")
    file = folder / f"{name}.log"
    for line in last_lines(file, lines):
        click.echo(line)
    if follow:
        for text in following(file, lambda: time.sleep(LOOK_SECONDS)):
            click.echo(text, nl=False)


def log_folder(home: Path) -> Path:
    """Of the platform that runs, else of the one that ran last. Raises SetupFailed where none ever did."""
    state = read_state(home)
    if state is not None:
        return Path(state["place"]) / "log"
    found = [folder for folder in (home / UP / "log", home / DEMO / "log") if any(folder.glob("*.log"))]
    if not found:
        raise SetupFailed(f"no platform of this folder ever ran; start one: {start_of(home / UP)}")
    return max(found, key=lambda folder: max(file.stat().st_mtime for file in folder.glob("*.log")))


def last_lines(file: Path, number: int) -> list[str]:
    """The last lines, without reading a large log from its beginning."""
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - AT_MOST))
        lines = log.read().decode(errors="replace").splitlines()
    return lines[-number:] if number else []


def following(file: Path, wait: Callable[[], None]) -> Iterator[str]:
    """What is written from now on; a log that somebody cut is read from its new beginning."""
    with file.open("rb") as log:
        log.seek(0, os.SEEK_END)
        while True:
            if file.stat().st_size < log.tell():
                log.seek(0)
            text = log.read()
            if text:
                yield text.decode(errors="replace")
            wait()
