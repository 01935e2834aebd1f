"""`noaber init`: an organisation's first administrator and its first card, on a real installation."""

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from deploy.bootstrap import SetupFailed
from deploy.noaber.inside import Inside
from deploy.noaber.invite import tell_invitation
from services.runtime.settings import Mode

FIRST_CARD: Final = ("crisis_coordination",)
"""Whoever leads in the first hour; the administrator prints the others when signed in."""

REFUSED: Final = "this could not be made"


@click.command(
    epilog='Example: noaber init --organisation GM1735 --name "Petra de Boer" --phone "06 12345678"'
)
@click.option("--organisation", required=True, help="For example GM1735; IBD for who speaks for the IBD.")
@click.option("--name", required=True, help="What its first administrator is called; kept sealed.")
@click.option("--phone", required=True, help="Their number; kept sealed.")
@click.option(
    "--pdf",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("noaber-kaart.pdf"),
    show_default=True,
    help="Where the first card goes, to be printed and sealed; never written over.",
)
@click.pass_obj
def init(reach: Callable[[], Inside], organisation: str, name: str, phone: str, pdf: Path) -> None:
    """Make the first administrator of an organisation, and print its first card.

    With --organisation IBD they may also act for every municipality that cannot, as the IBD does.
    """
    directory = reach()
    if directory.mode != Mode.REAL:
        raise SetupFailed("this is a demonstration; start a real platform with noaber up --real")
    # Before anything is made: whoever cannot keep the card should not have one.
    sheet = _new_file(pdf)
    try:
        first = {"checked": "in_person", "organisation": organisation, "name": name, "phone": phone}
        made = directory.ask("/internal/invite", first, REFUSED)
        roles = {"organisation": organisation, "roles": FIRST_CARD, "origin": directory.origin}
        printed = directory.ask("/internal/cards", roles, REFUSED)
        with os.fdopen(sheet, "wb") as file:
            file.write(base64.b64decode(printed["pdf"]))
    except SetupFailed:
        os.close(sheet)
        pdf.unlink()
        raise
    tell_invitation(directory.origin, made)
    click.echo(f"Card:  {printed['cards'][0]['number']} in {pdf}: print it, seal it, and remove the file.")
    click.echo("It opens with the yes of somebody who is signed in with a key and has the right.")
    if printed["replaced"]:
        click.echo(f"{printed['replaced']} older cards of this organisation are void by this.")


def _new_file(path: Path) -> int:
    """A new file that only its owner reads. Raises SetupFailed where there is one already."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as wrong:
        raise SetupFailed(f"the card cannot be written to {path}: {wrong.strerror}") from wrong
