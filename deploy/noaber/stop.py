"""`noaber stop`: end the platform of this folder and wait until it is gone."""

import os
import signal
import sys
import time
from typing import Final

import click

from deploy.bootstrap import home_of
from deploy.noaber.state import read_state

PATIENCE_SECONDS: Final = 40.0


@click.command(epilog="Example: noaber stop")
def stop() -> None:
    """Stop the platform; exit code 0 when nothing of it runs any more."""
    home = home_of(os.environ)
    state = read_state(home)
    if state is None:
        click.echo("No platform of this folder runs.")
        return
    os.kill(int(state["supervisor"]), signal.SIGTERM)
    end = time.monotonic() + PATIENCE_SECONDS
    while read_state(home) is not None:
        if time.monotonic() > end:
            click.echo(f"Process {state['supervisor']} does not end; look at {home / 'log'}.", err=True)
            sys.exit(1)
        time.sleep(0.1)
    click.echo("Stopped.")
