"""A municipality that keeps a list of mandates, and a request that waits for who is on it."""

from typing import Any

from schemas.mandate import Act, Mandate, MandateList
from schemas.values import Right
from services.aid.rules import commands
from tests.unit.aid.stage import MORNING, Stage, key

CIRCLE = ("GM0153", "GM0164")
TO_ALL = commands.ConfirmRequest(circle=CIRCLE)


def entry(who: str, **more: Any) -> Mandate:
    """An entry for somebody who may confirm, unless said."""
    return Mandate(**{"id": key(f"mandate-{who}"), "person": key(who), "acts": (Act.CONFIRM,), **more})


def keep_list(stage: Stage, *entries: Mandate, organisation: str = "GM1735", **more: Any) -> None:
    """The organisation keeps this list from now on."""
    kept = MandateList(number=1, entries=entries, changed_by=key("petra"), changed_at=MORNING, **more)
    known = stage.organisations[organisation]
    stage.organisations[organisation] = known.model_copy(update={"mandates": kept})


async def drafted(**more: Any) -> Stage:
    """Wilma asked; besides Gert also Ines and Omar hold the right."""
    stage = Stage()
    for name in ("ines", "omar"):
        stage.person(name, "GM1735", rights=(Right.MANDATE,))
    await stage.incident()
    await stage.do("wilma", stage.ask(**more))
    return stage
