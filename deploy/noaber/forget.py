"""`noaber forget`: destroy what unseals a person's name and number, and let everybody hear."""

import os
from uuid import UUID

import click
import httpx

from deploy.bootstrap import SetupFailed, home_of
from deploy.noaber.inside import ask_directory
from deploy.noaber.state import running_here


@click.command(epilog="Example: noaber forget 01936b1c-7000-7000-8000-000000000007")
@click.argument("person", type=click.UUID)
def forget(person: UUID) -> None:
    """Forget PERSON (an id). There is no way back; older backups become unreadable for that person too."""
    state = running_here(home_of(os.environ))
    answer = ask_directory(state, "/internal/forget", {"person": str(person)})
    if answer.status_code != httpx.codes.OK:
        raise SetupFailed(f"nobody to forget under {person} (the directory says {answer.status_code})")
    click.echo("Forgotten. Make a backup now: the newest key file is what forgets in older ones.")
