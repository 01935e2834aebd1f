"""The first hint about a new request: from its own field, and from what was not promised elsewhere."""

from collections.abc import Iterator, Mapping
from itertools import takewhile
from uuid import UUID

import numpy as np

from schemas.events.help_request import HelpRequest, RequestState
from schemas.events.suggestion import Suggestion
from services.matching.rules.known import Known
from services.matching.rules.options import Field, field_of
from services.matching.rules.roster import COLUMN, Flags, Numbers
from services.matching.rules.suggest import OTHERS_PER_SLOT, Choice, may_be_filled, suggestion


def first_hint(
    known: Known, key: UUID, said: Mapping[UUID, Suggestion], others: int = OTHERS_PER_SLOT
) -> Suggestion | None:
    """What can be said about one request before everything is planned anew; None where nobody may be asked.

    `said`: the newest suggestion about every request. Whom it chose elsewhere is not chosen here, and whom
    it takes from a lender's cover counts as gone; they may still be among the others, who are asked next.
    The choice is no optimum, so it has no price.
    """
    request = known.picture.requests[key].request
    if not may_be_filled(known, request):
        return None
    field = field_of(known, request)
    return suggestion(known, field, list(_cheapest_left(known, field, said)), others)


def _cheapest_left(known: Known, field: Field, said: Mapping[UUID, Suggestion]) -> Iterator[Choice]:
    promised, spare = _left(known, field.request, said)
    uses = field.uses(len(field))
    free = field.desks | ~promised[field.persons]
    slots = field.request.open_slots
    for place in np.flatnonzero(free).tolist():
        room = spare[field.lenders[place]]
        units = min(slots, int(field.units[place]), int(room[uses[place]].min()))
        if units > 0:
            room[uses[place]] -= units
            slots -= units
            yield Choice(field.option(place), units, 0)
        if not slots:
            return


def _left(known: Known, request: HelpRequest, said: Mapping[UUID, Suggestion]) -> tuple[Flags, Numbers]:
    """Who is promised to another request in an overlapping period, and what each lender can still miss."""
    period, roster = known.period(request), known.roster
    spare = period.spare.copy()
    going: list[tuple[int, int]] = []
    for key, each in said.items():
        asked = known.picture.requests.get(key)
        if asked is None or key == request.id or not _in_the_way(asked.request, request):
            continue
        # The chosen ones stand first.
        chosen = list(takewhile(lambda candidate: candidate.chosen, each.candidates))
        named = [one for one in chosen if one.person in roster.numbers and one.lender in roster.lenders]
        going += [(roster.numbers[one.person], roster.lenders[one.lender]) for one in named if one.person]
        for desk in chosen:
            if desk.person is None and desk.lender in roster.lenders:
                # A suggestion does not say how many a desk is to send: at most what is left of the slots.
                units = max(1, asked.request.open_slots - len(named))
                spare[roster.lenders[desk.lender], COLUMN[asked.request.function]] -= units
    persons, lenders = np.array(going, dtype=np.int64).reshape(len(going), 2).T
    promised = np.zeros(len(roster.people), dtype=bool)
    promised[persons] = True
    # Who is held by now is counted in what the lender can spare already.
    free = ~period.busy[persons]
    np.subtract.at(spare, lenders[free], roster.has[persons[free]].astype(np.int64))
    return promised, spare


def _in_the_way(other: HelpRequest, request: HelpRequest) -> bool:
    """Whether whoever helps with the other cannot help with this one (see `suggest` for the two worlds)."""
    return (
        other.state is RequestState.OPEN
        and other.exercise is request.exercise
        and other.needed_by < request.until
        and request.needed_by < other.until
    )
