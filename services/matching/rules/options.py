"""Who could be asked for one request, and why everybody else with the function could not."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.approach import Reason
from schemas.events.help_request import CouldAsk, HelpRequest, Shortfall, ShortfallReason
from schemas.events.person import Person
from services.matching.rules.cost import cost_of, terms
from services.matching.rules.known import Known


@dataclass(frozen=True, eq=False)
class Option:
    """One who could be asked, made once per request and compared as itself.

    `uses` are the functions that each unit takes from the lender's cover.
    """

    request: UUID
    lender: str
    person: UUID | None
    reasons: tuple[Reason, ...]
    cost: int
    units: int
    uses: tuple[Function, ...]

    @property
    def rank(self) -> tuple[int, str, str]:
        """Cheapest first; the ids make the order the same every time."""
        return (self.cost, self.lender, "" if self.person is None else str(self.person))


@dataclass(frozen=True)
class Field:
    """Everything one request could draw on."""

    options: tuple[Option, ...]
    could_ask: CouldAsk
    shortfall: tuple[Shortfall, ...]


def field_of(known: Known, request: HelpRequest) -> Field:
    """All options, cheapest first, how many could be asked, and each other person under one reason."""
    staff = {
        lender: people
        for lender, people in known.staff.get(request.function, {}).items()
        if lender != request.borrower
    }
    verdicts: dict[UUID, ShortfallReason | None] = {}
    options: list[Option] = []
    for lender, people in staff.items():
        found = {person.id: excluded(known, request, lender, person) for person in people}
        for key, verdict in found.items():
            verdicts[key] = _later(verdicts.get(key, verdict), verdict)
        if known.lending(lender).ask_people:
            options += [_direct(known, request, lender, p) for p in people if found[p.id] is None]
        else:
            options += _desk(known, request, lender, people)
    return Field(
        options=tuple(sorted(_one_lender_each(options), key=lambda each: each.rank)),
        could_ask=CouldAsk(
            people=sum(verdict is None for verdict in verdicts.values()),
            organisations=len({each.lender for each in options}),
        ),
        shortfall=_shortfall(verdicts),
    )


def excluded(known: Known, request: HelpRequest, lender: str, person: Person) -> ShortfallReason | None:
    """The first reason why this person cannot be asked for this lender; None if nothing stands in the way."""
    return next((reason for reason, applies in RULES if applies(known, request, lender, person)), None)


def _direct(known: Known, request: HelpRequest, lender: str, person: Person) -> Option:
    reasons = terms(known, request, lender, person)
    uses = tuple(sorted(set(person.functions)))
    return Option(request.id, lender, person.id, reasons, cost_of(reasons), 1, uses)


def _desk(known: Known, request: HelpRequest, lender: str, people: list[Person]) -> list[Option]:
    # The desk decides whom it sends and wakes, so the duty of its people does not stand in the way.
    free = [person for person in people if not known.elsewhere(person.id, request)]
    units = min(known.spare(lender, request.function, request), len(free))
    if units < 1 or _organisation_excluded(known, request, lender):
        return []
    best = min((terms(known, request, lender, person) for person in free), key=cost_of)
    return [Option(request.id, lender, None, best, cost_of(best), units, (request.function,))]


def _organisation_excluded(known: Known, request: HelpRequest, lender: str) -> bool:
    return (
        known.outside(lender, request)
        or known.affected(lender, request)
        or known.said_no(request.id, lender, None)
    )


def _below_cover(known: Known, request: HelpRequest, lender: str, person: Person) -> bool:
    # Whoever goes is away in every function, so the minimum of each of them must stand without this person.
    return any(known.spare(lender, function, request) < 1 for function in person.functions)


def _later(one: ShortfallReason | None, other: ShortfallReason | None) -> ShortfallReason | None:
    """Who works for two is judged by the employer with whom they come furthest."""
    if one is None or other is None:
        return None
    return max(one, other, key=list(ShortfallReason).index)


def _one_lender_each(options: Iterable[Option]) -> list[Option]:
    """An approach names one lender: who works for two is asked through the one that costs least."""
    best: dict[tuple[str, UUID | None], Option] = {}
    for option in options:
        key = ("", option.person) if option.person is not None else (option.lender, None)
        if key not in best or option.rank < best[key].rank:
            best[key] = option
    return list(best.values())


def _shortfall(verdicts: dict[UUID, ShortfallReason | None]) -> tuple[Shortfall, ...]:
    if not verdicts:
        return (Shortfall(reason=ShortfallReason.NOBODY_HAS_THE_FUNCTION, people=0),)
    numbers = Counter(verdict for verdict in verdicts.values() if verdict is not None)
    return tuple(
        Shortfall(reason=reason, people=numbers[reason]) for reason in ShortfallReason if numbers[reason]
    )


Rule = Callable[[Known, HelpRequest, str, Person], bool]

RULES: Final[tuple[tuple[ShortfallReason, Rule], ...]] = (
    (ShortfallReason.OUTSIDE_CIRCLE, lambda known, request, lender, person: known.outside(lender, request)),
    (ShortfallReason.OFF_DUTY, lambda known, request, lender, person: not known.on_duty(person.id)),
    (
        ShortfallReason.ALREADY_HELD,
        lambda known, request, lender, person: known.elsewhere(person.id, request),
    ),
    (ShortfallReason.BELOW_COVER, _below_cover),
    (ShortfallReason.LENDER_AFFECTED, lambda known, request, lender, person: known.affected(lender, request)),
    (
        ShortfallReason.SAID_NO,
        lambda known, request, lender, person: known.said_no(request.id, lender, person.id),
    ),
)
"""Who is ruled out, in the order of counting: each person counts under the first that applies."""
