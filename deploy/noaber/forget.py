"""`noaber forget`: destroy what unseals a person's name and number, and let everybody hear."""

from collections.abc import Callable
from uuid import UUID

import click
import httpx

from deploy.bootstrap import SetupFailed
from deploy.noaber.inside import Inside


@click.command(epilog="Example: noaber forget 01936b1c-7000-7000-8000-000000000007")
@click.argument("person", type=click.UUID)
@click.pass_obj
def forget(reach: Callable[[], Inside], person: UUID) -> None:
    """Forget PERSON (an id). There is no way back; older backups become unreadable for that person too."""
    answer = reach().post("/internal/forget", {"person": str(person)})
    if answer.status_code != httpx.codes.OK:
        raise SetupFailed(f"nobody to forget under {person} (the directory says {answer.status_code})")
    click.echo("Forgotten. Make a backup now: the newest key file is what forgets in older ones.")
