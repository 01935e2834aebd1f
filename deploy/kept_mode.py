"""Whether the people of a place are made up: kept there from its first start on, so that none mixes them."""

from pathlib import Path
from typing import Final

from deploy.bootstrap import SetupFailed
from services.runtime.settings import Mode

FILE: Final = "mode"
DEMO: Final = "demo"
"""The folder of a demonstration, which `noaber up` never starts."""

COMMANDS: Final = {Mode.REAL: "noaber up --real", Mode.DEMO: "noaber up"}
EITHER: Final = "noaber up --real, or noaber up for a demonstration"


def kept_mode(place: Path) -> Mode | None:
    """What was kept; None where no platform ever got ready. Raises SetupFailed for what is no mode."""
    try:
        found = (place / FILE).read_text().strip()
    except FileNotFoundError:
        return None
    # Cut short by a power loss; the tables say whose they are all the same.
    if not found:
        return None
    if found not in {each.value for each in Mode}:
        allowed = " or ".join(each.value for each in Mode)
        raise SetupFailed(f"{place / FILE}: found {found!r}; allowed: {allowed}, as its people are")
    return Mode(found)


def keep_mode(place: Path, mode: Mode | None) -> None:
    """From now on the place is of this mode; None: nobody knows."""
    if mode is None:
        (place / FILE).unlink(missing_ok=True)
        return
    place.mkdir(parents=True, exist_ok=True)
    half = place / f"{FILE}.half"
    half.write_text(mode.value)
    half.rename(place / FILE)


def refuse_another_mode(place: Path, mode: Mode) -> None:
    """Raise SetupFailed where the people of the place are of the other kind."""
    kept = kept_mode(place)
    if kept in (None, mode):
        return
    if kept is Mode.REAL:
        raise SetupFailed(
            f"the data in {place} are of real people, and no made-up ones are put among them. "
            f"Start them with: {COMMANDS[kept]}. Made-up people have a place of their own: noaber demo"
        )
    raise SetupFailed(
        f"everybody in {place} is made up, and a real platform begins empty. Set NOABER_HOME to an empty "
        f"folder for it; what is here starts with: {COMMANDS[kept]}"
    )


def start_of(place: Path) -> str:
    """The command that starts what stands in a place."""
    if place.name == DEMO:
        return "noaber demo"
    kept = kept_mode(place)
    return EITHER if kept is None else COMMANDS[kept]
