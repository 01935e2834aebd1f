"""`noaber invite`: let somebody in from the machine itself, such as an organisation's first administrator."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from deploy.noaber.inside import Inside


@click.command(
    epilog='Example: noaber invite --organisation GM1735 --name "Petra de Boer" --phone "06 12345678"'
)
@click.argument("person", type=click.UUID, required=False)
@click.option("--organisation", help="Make its administrator, for example GM1735 or IBD.")
@click.option("--name", help="What they are called; kept sealed.")
@click.option("--phone", help="Their number; kept sealed.")
@click.option("--call-back", is_flag=True, help="They are elsewhere: read the code out by telephone.")
@click.pass_obj
def invite(
    reach: Callable[[], Inside],
    *,
    person: UUID | None,
    organisation: str | None,
    name: str | None,
    phone: str | None,
    call_back: bool,
) -> None:
    """Print the link and the code that let PERSON (an id) in, or a new administrator of an organisation."""
    if person is None and not (organisation and name and phone):
        raise click.UsageError("say who: PERSON, or --organisation, --name and --phone together")
    directory = reach()
    new = {"organisation": organisation, "name": name, "phone": phone}
    body = {
        "checked": "call_back" if call_back else "in_person",
        **({"person": str(person)} if person else new),
    }
    made = directory.ask("/internal/invite", body, "nobody could be invited")
    tell_invitation(directory.origin, made)


def tell_invitation(origin: str, made: dict[str, Any]) -> None:
    """Print what lets somebody in, as the directory answered it."""
    click.echo(f"Link:  {origin}/welcome#{made['secret']}")
    click.echo(f"Code:  {made['code'][:3]} {made['code'][3:]}")
    click.echo(f"Who:   {made['person']} (too late? noaber invite {made['person']})")
    click.echo(f"Works once, until {made['expires_at']}. Give link and code by two different ways.")
