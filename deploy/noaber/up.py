"""`noaber up` and `noaber demo`: start everything here, stay until told to stop."""

import os
import signal
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import click

from deploy.address import HERE, HOST, address_in
from deploy.bootstrap import SetupFailed, home_of
from deploy.kept_mode import DEMO
from deploy.noaber.play import STORY, Speed, perform
from deploy.noaber.state import UP, refuse_second
from deploy.running import Running, Wish, forget
from deploy.scenarios.story import read_story
from services.runtime.settings import Mode, Seed

ROLES: Final = (
    ("wilma", "meldt en vraagt hulp", "reports and asks for help"),
    ("gert", "bevestigt en kiest de kring", "confirms and chooses whom to ask"),
    ("joris", "wordt gevraagd, op zijn telefoon", "is asked, on his phone"),
    ("anouk", "zegt ja voor haar mensen", "says yes for her people"),
    ("fatima", "kijkt naar de wand", "watches the wall"),
    ("ruud", "voert in namens een beller", "enters on behalf of a caller"),
    ("kees", "is niet gevraagd en ziet niets", "was not asked and sees nothing"),
)
WATCHING: Final = "5"
"""Speed of the play when somebody watches a terminal."""


@click.command(epilog="Example: noaber up --real")
@click.option("--real", is_flag=True, help="For real people: nobody is made up; signing in takes a passkey.")
def up(real: bool) -> None:  # noqa: FBT001 an option of the command line
    """Start the platform with the data of last time, until Ctrl-C.

    For real people at a host name of its own: set NOABER_HOST, and see the README.
    """
    home = home_of(os.environ)
    refuse_second(home)
    address = address_in(os.environ, datetime.now(UTC))
    if address is not HERE and not real:
        # There everybody may be anybody.
        raise SetupFailed(f"{HOST}: found {address.host!r}; allowed: only with --real")
    wish = Wish(home, home / UP, address=address)
    with Running(replace(wish, mode=Mode.REAL, seed=Seed.NONE) if real else wish, click.echo) as running:
        if real:
            click.echo("\nThe first administrator of an organisation comes in by: noaber invite --help\n")
        else:
            _where(running)
        click.echo("Ctrl-C stops it; what was decided is there the next time.")
        _until_told()
        click.echo("Stopping")


@click.command(epilog="Example: noaber demo --speed max")
@click.option(
    "--speed", type=Speed(), default=lambda: WATCHING if sys.stdout.isatty() else "max", help="Of the play."
)
def demo(speed: float) -> None:
    """Start with fresh made-up data, play Hof van Twente, stay until Ctrl-C."""
    home = home_of(os.environ)
    refuse_second(home)
    forget(home, home / DEMO)
    story = read_story(STORY)
    with Running(Wish(home, home / DEMO), click.echo) as running:
        _where(running)
        code = perform(running.platform.origin, story, speed, as_json=False)
        if code != 0:
            sys.exit(code)
        click.echo("The story has been played; everything stays up. Ctrl-C stops it.")
        _until_told()
        click.echo("Stopping")


def _where(running: Running) -> None:
    base = running.platform.base
    click.echo(
        f"\nLook at {running.platform.origin} - everybody there is made up. Each role has an address:\n"
    )
    for name, nl, en in ROLES:
        click.echo(f"  http://{name}.localhost:{base:<6} {nl} ({en})")
    click.echo("")


def _until_told() -> None:
    told = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: told.set())
    told.wait()
