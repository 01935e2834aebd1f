"""Writes tests/fixtures/live/*.json: the same equation for the pages' `apply`.

`python -m tests.unit.live.fixtures` writes them. Each is `{name, before, frames, after}`: a snapshot, the
frames a viewer received after it, and the snapshot that the same viewer gets at the end.
"""

import json
import sys
from pathlib import Path
from random import Random
from typing import Any, Final

from schemas import generated
from tests.unit.live.history import NOW, History, Viewer, viewers_of

FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "fixtures" / "live"
ROLES: Final = {"a colleague of the victim": 0, "a neighbour": 1, "the IBD": 5, "a coordinator": 6}
STEPS: Final = 40
BEFORE: Final = 15


def files() -> dict[str, str]:
    """File name -> content; the same code gives the same text."""
    return {
        f"{role.replace(' ', '-').lower()}.json": json.dumps(_story(role, number), indent=1) + "\n"
        for role, number in ROLES.items()
    }


def _story(role: str, number: int) -> dict[str, Any]:
    dice = Random(number)
    history = History(dice)
    for _ in range(BEFORE):
        history.step()
    viewer = Viewer(history, viewers_of(history)[number])
    frames: list[dict[str, Any]] = [{"type": "hello", "cursor": "0", "at": NOW.isoformat()}]
    for tick in range(1, STEPS + 1):
        viewer.touched |= history.step()
        # A tick gathers what came in it; now and then the network dropped, and rows come twice.
        if tick % 3 == 0 or tick == STEPS:
            if tick % 7 == 0:
                viewer.resume(history)
            viewer.hear(tick)
            frames.append(viewer.frames[-1])
    frames.append({"type": "heartbeat", "cursor": str(STEPS + 1), "at": NOW.isoformat()})
    after = viewer.asked_anew(STEPS + 1)
    return {"name": f"what {role} is sent", "before": viewer.snapshot, "frames": frames, "after": after}


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Do what is asked; 1 where --check found something."""
    about = "Writes what viewers were sent, for the tests of the pages."
    asked = generated.command("tests.unit.live.fixtures", about).parse_args(arguments)
    return generated.keep({Path(name): text for name, text in files().items()}, folder, check=asked.check)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
