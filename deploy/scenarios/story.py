"""The format of a scenario: who does what, and what the platform should answer."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.bootstrap import SetupFailed


class Strict(BaseModel):
    """An unknown field is a typing error, and said so."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class By(StrEnum):
    """Actors are roles; who plays one is found while the story runs."""

    BORROWER = "borrower"
    MANDATE = "mandate"
    COORDINATOR = "coordinator"
    IBD = "ibd"
    ASKED = "asked"
    LENDER = "lender"


class Told(Strict):
    """A sentence in Dutch and English."""

    nl: str
    en: str


class Circle(Strict):
    """Whom to ask: a safety region, everybody within so many kilometres, or these organisations."""

    region: str | None = None
    within_km: Annotated[int, Field(ge=1, le=400)] | None = None
    organisations: tuple[str, ...] = ()


class Step(Strict):
    """One step. Durations (`-PT2H`, `P1D`) in `body` count from the moment the step is sent.

    `nth`: which of those who are asked, or of the organisations that are asked, counted from 1.
    `expect`: "ok", or the code of the refusal that should come.
    """

    at: str
    say: Told
    by: By
    do: Literal[
        "report",
        "services",
        "facts",
        "coordinators",
        "log",
        "close",
        "ask",
        "confirm",
        "withdraw",
        "number",
        "claim",
        "decline",
        "lend",
        "yes",
        "no",
        "name",
        "accept",
        "give_back",
    ]
    nth: Annotated[int, Field(ge=1)] = 1
    request: str | None = None
    body: dict[str, Any] = Field(default_factory=dict)
    circle: Circle | None = None
    expect: str = "ok"


class Story(Strict):
    """A scenario. `affected` is hit, `coordinator` is given that role."""

    id: str
    title: Told
    about: Told
    affected: str
    coordinator: str
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


def read_story(file: Path) -> Story:
    """A story from its file. Raises SetupFailed that says which field is wrong and what is allowed."""
    try:
        return Story.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise SetupFailed(f"{file} cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise SetupFailed(f"{file}, line {error.lineno}: {error.msg}") from error
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise SetupFailed(f"{file}: {where}: {wrong['msg']}") from error
