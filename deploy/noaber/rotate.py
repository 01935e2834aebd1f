"""`noaber rotate`: let another key sign sessions, without signing anybody out."""

import os
from datetime import UTC, datetime

import click

from deploy.bootstrap import SetupFailed, home_of
from deploy.claim import Claim
from deploy.kept_mode import start_of
from deploy.noaber.state import UP
from deploy.rotation import rotated
from deploy.stack import KEPT, secrets_in, write_secrets

SECRETS = "secrets.json"


@click.command(epilog="Example: noaber stop, then noaber rotate, then start it as before")
@click.option(
    "--at-once",
    is_flag=True,
    help="The file with the key was stolen: every secret in it is new, and everybody signs in again.",
)
def rotate(at_once: bool) -> None:  # noqa: FBT001 an option of the command line
    """Let a new key sign sessions from the next start on; who is signed in stays so."""
    place = home_of(os.environ) / UP
    if not (place / SECRETS).exists():
        raise SetupFailed(f"there is no platform here yet; start one: {start_of(place)}")
    claim = Claim(place)
    if claim.is_taken():
        raise SetupFailed("the platform runs, and would go on with the old key; stop it first: noaber stop")
    with claim:
        made = rotated(secrets_in(place / SECRETS), datetime.now(UTC), at_once=at_once)
        write_secrets(place / SECRETS, made)
    click.echo(f"A new key signs from the next start on: {made.private_key.partition(':')[0]}")
    if at_once:
        click.echo("No older key, password or token is believed any more: everybody signs in again.")
    else:
        click.echo(
            f"{len(made.retired)} older ones are believed for at most {KEPT.days} days; nobody is out."
        )
    click.echo(f"Start it as before: {start_of(place)}")
