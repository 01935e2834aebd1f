"""What an organisation agreed with itself about lending its people."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.catalogue import Function
from schemas.mandate import UsedMandate
from schemas.state import OWN, Row
from schemas.values import OrganisationId, Value, Where


class StandingYes(Value):
    """A lender's yes given beforehand: for which help, how many at once, how long, to whom.

    An empty tuple means any; `at_most` is the most commitments it may hold at the same time.
    """

    id: UUID
    functions: tuple[Function, ...] = ()
    where: tuple[Where, ...] = ()
    circle: tuple[OrganisationId, ...] = ()
    at_most: int = 1
    max_days: int = 14


class GivenUnder(Value):
    """The mandate under which a standing yes was given."""

    standing: UUID
    mandate: UsedMandate


class Lending(Row):
    """Lending agreements of one organisation: own minimum per function, standing yeses, who is asked.

    A standing yes that `given_under` does not name was given by right alone.
    """

    TYPE: ClassVar[str] = "lending"

    id: Annotated[OrganisationId, OWN]
    cover: Annotated[dict[Function, int], OWN] = Field(default_factory=dict)
    standing: Annotated[tuple[StandingYes, ...], OWN] = ()
    ask_people: Annotated[bool, OWN] = False
    given_under: Annotated[tuple[GivenUnder, ...], OWN] = ()

    def mandate_of(self, standing: UUID) -> UsedMandate | None:
        """Under which mandate a standing yes was given; None: by right alone."""
        return next((each.mandate for each in self.given_under if each.standing == standing), None)
