"""The format of a scenario: who does what, and what the platform should answer."""

import json
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from deploy.bootstrap import SetupFailed

_DURATION: Final = re.compile(r"^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$")


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
    PARTNERSHIP = "partnership"


class Told(Strict):
    """A sentence in Dutch and English."""

    nl: str
    en: str


class Circle(Strict):
    """Whom to ask: these safety regions, everybody within so many kilometres, or these organisations.

    Nothing of it: the safety region of who asks.
    """

    regions: tuple[str, ...] = ()
    within_km: Annotated[int, Field(ge=1, le=400)] | None = None
    organisations: tuple[str, ...] = ()


class Step(Strict):
    """One step. Durations (`-PT2H`, `P1D`) in `body` count from the moment the step is sent.

    `victim`: whose incident it is about, where several are hit; a request is its asker's for all later steps.
    `organisation`: which one acts, where the role fits several (who is asked, who lends, who coordinates).
    `nth`: which of those who are asked, or of the organisations that are asked, counted from 1.
    `expect`: "ok", or the code of the refusal that should come. `sources`: where a fact was published; a step
    without any is made up, or follows from the others.
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
        "recall",
    ]
    victim: str | None = None
    organisation: str | None = None
    nth: Annotated[int, Field(ge=1)] = 1
    request: str | None = None
    body: dict[str, Any] = Field(default_factory=dict)
    circle: Circle | None = None
    expect: str = "ok"
    sources: tuple[str, ...] = ()


class Story(Strict):
    """A scenario. `affected` is hit, `coordinator` is given that role.

    `also_affected`: who else is hit by the same cause, each with an incident and a mandate of its own.
    `partnership`: who runs the IT of those who are hit, and may report for them. `sources`: key -> where to
    read it.
    """

    id: str
    title: Told
    about: Told
    affected: str
    coordinator: str
    also_affected: tuple[str, ...] = ()
    partnership: str | None = None
    sources: dict[str, str] = Field(default_factory=dict)
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @property
    def hit(self) -> tuple[str, ...]:
        """Everybody who is hit, in the order of the file."""
        return (self.affected, *self.also_affected)

    @model_validator(mode="after")
    def _names_only_what_there_is(self) -> Self:
        asked: set[str] = set()
        for number, step in enumerate(self.steps):
            asked |= {step.request} if step.do == "ask" and step.request is not None else set()
            wrong = [
                f"victim {step.victim} is not hit" * (step.victim not in {None, *self.hit}),
                f"request {step.request} was not asked yet" * (step.request not in {None, *asked}),
                "the story has no partnership" * (step.by is By.PARTNERSHIP and self.partnership is None),
                *(f"there is no source {each}" for each in step.sources if each not in self.sources),
            ]
            if any(wrong):
                raise ValueError(f"step {number}: " + "; ".join(filter(None, wrong)))
        return self


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
        raise SetupFailed(f"{file}: {where + ': ' if where else ''}{wrong['msg']}") from error


def timed(body: Any) -> Any:
    """The same with durations turned into moments, counted from now."""
    if isinstance(body, dict):
        return {name: timed(value) for name, value in body.items()}
    if isinstance(body, list):
        return [timed(value) for value in body]
    found = _DURATION.match(body) if isinstance(body, str) else None
    if found is None or not any(found.groups()[1:]):
        return body
    days, hours, minutes = (int(part or 0) for part in found.groups()[1:])
    span = timedelta(days=days, hours=hours, minutes=minutes)
    return (datetime.now(UTC) + (-span if found[1] else span)).isoformat()
