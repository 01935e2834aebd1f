"""The picture at one moment, arranged so that each question about a person or a lender is one look-up."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.approach import ApproachState
from schemas.events.commitment import Commitment, CommitmentState
from schemas.events.help_request import HelpRequest, RequestState
from schemas.events.lending import Lending
from schemas.events.person import Person
from schemas.values import Moment
from services.matching.rules.picture import Picture

NO_AGAIN = frozenset({ApproachState.DECLINED, ApproachState.GIVEN_BACK})
REFUSED_OR_BACK = frozenset({CommitmentState.REFUSED, CommitmentState.GIVEN_BACK})


class Known:
    """Answers about duty, holdings, cover, victims and earlier answers, all at `now`."""

    def __init__(self, picture: Picture, now: datetime) -> None:
        self.picture = picture
        self.now = now
        self.staff = _staff(picture)
        self._binding = [each for each in picture.commitments.values() if _binds(each, now)]
        self._held: defaultdict[UUID, list[Commitment]] = defaultdict(list)
        self._lent: defaultdict[str, list[Commitment]] = defaultdict(list)
        for each in self._binding:
            self._lent[each.lender].append(each)
            if each.person is not None:
                self._held[each.person].append(each)
        self._victims = frozenset(
            victim
            for incident in picture.incidents.values()
            if incident.is_open and not incident.exercise
            for victim in incident.victims
        )
        self._no_people, self._no_lenders = _noes(picture)
        self._circles: dict[UUID, frozenset[str]] = {}
        self._spare: dict[tuple[str, Function, Moment, Moment, bool], int] = {}

    def on_duty(self, person: UUID) -> bool:
        """Whether the person's own switch is on; who never touched it is off."""
        duty = self.picture.duty.get(person)
        return duty is not None and duty.is_on(self.now)

    def lending(self, lender: str) -> Lending:
        """An organisation's agreements; without any it covers nothing and its people are not asked."""
        return self.picture.lending.get(lender) or Lending(id=lender, exercise=False)

    def held(self, person: UUID, request: HelpRequest) -> list[Commitment]:
        """What the person is held by that counts against this request, in any period."""
        found = self._held.get(person)
        return [] if found is None else [each for each in found if counts(each, request)]

    def elsewhere(self, person: UUID, request: HelpRequest) -> bool:
        """Whether the person is held in a period that overlaps the request's, whatever the hours."""
        if person not in self._held:
            return False
        return any(each.overlaps(request.needed_by, request.until) for each in self.held(person, request))

    def lent(self, lender: str, request: HelpRequest) -> int:
        """How many commitments the lender holds now that count against this request."""
        return sum(counts(each, request) for each in self._lent.get(lender, ()))

    def outside(self, lender: str, request: HelpRequest) -> bool:
        """Whether the lender is not in the request's circle; a provisional request has none yet.

        It shows how many could be asked at all.
        """
        if request.state is not RequestState.OPEN:
            return False
        if request.id not in self._circles:
            self._circles[request.id] = frozenset(request.circle)
        return lender not in self._circles[request.id]

    def affected(self, lender: str, request: HelpRequest) -> bool:
        """Whether the lender is hit in an open real incident, or is a fellow victim of this one."""
        incident = self.picture.incidents.get(request.incident)
        return lender in self._victims or (incident is not None and lender in incident.victims)

    def said_no(self, request: UUID, lender: str, person: UUID | None) -> bool:
        """Whether the person declined or gave back, or the organisation did so for all of its people."""
        return (request, lender) in self._no_lenders or (request, person) in self._no_people

    def spare(self, lender: str, function: Function, request: HelpRequest) -> int:
        """How many of a function the lender can miss in the request's period; negative below its cover."""
        key = (lender, function, request.needed_by, request.until, request.exercise)
        if key not in self._spare:
            self._spare[key] = self._at_home(lender, function, request) - self.lending(lender).cover.get(
                function, 0
            )
        return self._spare[key]

    def _at_home(self, lender: str, function: Function, request: HelpRequest) -> int:
        people = self.staff.get(function, {}).get(lender, ())
        unnamed = sum(
            each.person is None
            and each.function is function
            and counts(each, request)
            and each.overlaps(request.needed_by, request.until)
            for each in self._lent.get(lender, ())
        )
        return sum(not self.elsewhere(person.id, request) for person in people) - unnamed


def counts(commitment: Commitment, request: HelpRequest) -> bool:
    """An exercise never counts against a real request; a real commitment counts against both."""
    return request.exercise or not commitment.exercise


def _binds(commitment: Commitment, now: datetime) -> bool:
    # Past its deadline it holds nobody, even where its owner has not written that down yet.
    return commitment.holds and all(now < deadline.due for deadline in commitment.deadlines)


def _staff(picture: Picture) -> dict[Function, dict[str, list[Person]]]:
    """Per function and organisation the people who have it, in the order of their ids."""
    staff: defaultdict[Function, defaultdict[str, list[Person]]] = defaultdict(lambda: defaultdict(list))
    for person in sorted(picture.people.values(), key=lambda each: each.id):
        for function in set(person.functions):
            for organisation in {each.organisation for each in person.memberships}:
                staff[function][organisation].append(person)
    return {function: dict(sorted(lenders.items())) for function, lenders in staff.items()}


def _noes(picture: Picture) -> tuple[set[tuple[UUID, UUID | None]], set[tuple[UUID, str]]]:
    """(request, person) who said no, and (request, lender) where the organisation as a whole did."""
    people: set[tuple[UUID, UUID | None]] = set()
    lenders: set[tuple[UUID, str]] = set()
    for approach in picture.approaches.values():
        if approach.state in NO_AGAIN:
            if approach.person is None:
                lenders.add((approach.request, approach.lender))
            else:
                people.add((approach.request, approach.person))
    for commitment in picture.commitments.values():
        if commitment.state in REFUSED_OR_BACK and commitment.person is not None:
            people.add((commitment.request, commitment.person))
    return people, lenders
