"""`noaber up` and `noaber demo`: start everything here, stay until told to stop."""

import os
import signal
import threading

import click

from deploy.bootstrap import home_of
from deploy.noaber.state import refuse_second
from deploy.running import Running, Wish, forget


@click.command(epilog="Example: noaber up")
def up() -> None:
    """Start the platform with the data of last time, until Ctrl-C."""
    home = home_of(os.environ)
    refuse_second(home)
    with Running(Wish(home, home), click.echo) as running:
        _where(running)
        _until_told()
        click.echo("Stopping")


@click.command(epilog="Example: noaber demo")
def demo() -> None:
    """Start with fresh made-up data, play Hof van Twente, stay until Ctrl-C."""
    home = home_of(os.environ)
    refuse_second(home)
    forget(home)
    with Running(Wish(home, home), click.echo) as running:
        _where(running)
        _until_told()
        click.echo("Stopping")


def _where(running: Running) -> None:
    base = running.platform.base
    click.echo(f"\nLook at {running.platform.origin}  (everybody there is made up)\n")
    roles = ("wilma", "gert", "joris", "anouk", "fatima", "ruud", "kees")
    for role in roles:
        click.echo(f"  {role:8} http://{role}.localhost:{base}")
    click.echo("\nCtrl-C stops everything.")


def _until_told() -> None:
    told = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: told.set())
    told.wait()
