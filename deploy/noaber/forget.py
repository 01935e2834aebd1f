"""`noaber forget`: destroy what unseals a person's name and number, and let everybody hear."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

import click
import httpx

from deploy.bootstrap import SetupFailed
from deploy.noaber.inside import Inside

PATIENCE: Final = 75.0
"""Seconds: every text that anybody ever wrote is looked through."""


@click.command(epilog="Example: noaber forget 01936b1c-7000-7000-8000-000000000007")
@click.argument("person", type=click.UUID)
@click.pass_obj
def forget(reach: Callable[[], Inside], person: UUID) -> None:
    """Forget PERSON (an id). There is no way back; older backups become unreadable for that person too."""
    answer = reach().post("/internal/forget", {"person": str(person)}, seconds=PATIENCE)
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise SetupFailed(f"nobody to forget under {person}")
    if answer.status_code != httpx.codes.OK:
        raise SetupFailed(f"nobody was forgotten: {answer.json()['detail']['en']}")
    click.echo(f"Forgotten; taken out of {answer.json()['places']} texts of incidents.")
    click.echo("Make a backup now: the newest key file is what forgets in older ones.")
