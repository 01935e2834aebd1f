"""`noaber forget`: destroy what unseals a person's name and number, and let everybody hear."""

import os
from pathlib import Path
from uuid import UUID, uuid4

import click
import httpx

from deploy.backup import platform_in
from deploy.bootstrap import SetupFailed, home_of
from deploy.noaber.state import running_here


@click.command(epilog="Example: noaber forget 01936b1c-7000-7000-8000-000000000007")
@click.argument("person", type=click.UUID)
def forget(person: UUID) -> None:
    """Forget PERSON (an id). There is no way back; older backups become unreadable for that person too."""
    home = home_of(os.environ)
    state = running_here(home)
    platform = platform_in(Path(state["place"]), int(state["base"]))
    try:
        answer = httpx.post(
            f"http://127.0.0.1:{platform.port('directory')}/internal/forget",
            json={"person": str(person)},
            headers={
                "Authorization": f"Bearer {platform.secrets.internal_token}",
                "Idempotency-Key": str(uuid4()),
            },
            timeout=10,
        )
    except httpx.HTTPError as away:
        raise SetupFailed("the directory does not answer; see noaber status") from away
    if answer.status_code != httpx.codes.OK:
        raise SetupFailed(f"nobody to forget under {person} (the directory says {answer.status_code})")
    click.echo("Forgotten. Make a backup now: the newest key file is what forgets in older ones.")
