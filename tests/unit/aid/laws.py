"""What holds of the aggregates of `aid` after every move, counted anew and not by the rules themselves."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import combinations
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import Commitment, CommitmentState, Party
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest, RequestState, SlotState
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.state import Row
from schemas.values import Level
from tests.unit.aid.stage import Stage

HELD = {CommitmentState.RESERVED: SlotState.RESERVED, CommitmentState.FINAL: SlotState.FINAL}


def check(stage: Stage) -> None:
    """Every law that holds at any moment."""
    commitments: list[Commitment] = stage.all(Commitment)
    approaches: list[Approach] = stage.all(Approach)
    for request in stage.all(HelpRequest):
        mine = [each for each in commitments if each.request == request.id]
        asked = [each for each in approaches if each.request == request.id]
        one_holder_per_slot(request, mine)
        asked_while_a_slot_is_open(request, asked)
        readers_are_who_is_asked_and_who_holds(request, asked, mine)
    nobody_in_two_places(stage, commitments)
    off_duty_is_not_asked(stage, approaches)
    a_victim_is_not_asked(stage, approaches, commitments)
    every_row_has_its_readers(approaches, commitments)
    standing_yeses_are_not_overdrawn(stage, commitments)
    versions_rise_by_one(stage)


def binds(commitment: Commitment, now: datetime) -> bool:
    """Whether it holds, and no deadline of it has passed."""
    return commitment.state in HELD and all(each.due > now for each in commitment.deadlines)


def nothing_is_overdue(stage: Stage, request: UUID) -> None:
    """After any command about a request, what was due of it has happened."""
    mine = [each for each in stage.all(Commitment) if each.request == request and each.state in HELD]
    assert all(binds(each, stage.now) for each in mine), "a deadline has passed and its slot is held"


def one_holder_per_slot(request: HelpRequest, commitments: list[Commitment]) -> None:
    slots = Counter(slot.commitment for slot in request.slots if slot.commitment is not None)
    assert set(slots.values()) <= {1}
    held = {each.id: each for each in commitments if each.state in HELD}
    assert set(slots) == set(held), "slots and commitments disagree"
    for slot in request.slots:
        if slot.commitment is None:
            assert slot.state is SlotState.OPEN
        else:
            assert slot.state is HELD[held[slot.commitment].state]
    if request.state is RequestState.WITHDRAWN:
        assert not held
    for each in held.values():
        assert (each.state is CommitmentState.FINAL) is (each.waits_for == ())
        given = {yes.party for yes in each.yeses}
        assert given | set(each.waits_for) >= set(Party) and not given & set(each.waits_for)
        assert (each.person is None) <= (Party.PERSON in each.waits_for)


def asked_while_a_slot_is_open(request: HelpRequest, asked: list[Approach]) -> None:
    states = {each.state for each in asked}
    is_open = any(slot.state is SlotState.OPEN for slot in request.slots)
    if request.state is not RequestState.OPEN:
        assert not states & {ApproachState.OPEN, ApproachState.FULL}
    elif is_open:
        assert ApproachState.FULL not in states
    else:
        assert ApproachState.OPEN not in states


def readers_are_who_is_asked_and_who_holds(
    request: HelpRequest, asked: list[Approach], commitments: list[Commitment]
) -> None:
    expected: dict[str, Level] = {}
    for approach in asked:
        if approach.state is ApproachState.OPEN:
            expected |= dict.fromkeys(_keys(approach.lender, approach.person), Level.ASKED)
    for each in commitments:
        if each.state in HELD:
            expected |= dict.fromkeys(_keys(each.lender, each.person), Level.PARTNER)
    expected |= _case(request.incident) | {f"org:{request.borrower}": Level.OWN}
    assert request.readers == expected
    assert not set(request.readers) & set(request.lost_readers)


def every_row_has_its_readers(approaches: Iterable[Approach], commitments: Iterable[Commitment]) -> None:
    for each in approaches:
        expected = {"org:GM1735": Level.COORDINATOR, **_case(each.incident)}
        assert each.readers == expected | dict.fromkeys(_keys(each.lender, each.person), Level.OWN)
    for row in commitments:
        keys = [*_keys(row.lender, row.person), f"org:{row.borrower}"]
        assert row.readers == _case(row.incident) | dict.fromkeys(keys, Level.OWN)


def nobody_in_two_places(stage: Stage, commitments: list[Commitment]) -> None:
    of_person: defaultdict[tuple[UUID, bool], list[Commitment]] = defaultdict(list)
    for each in commitments:
        if each.person is not None and binds(each, stage.now):
            # A real commitment goes before an exercise, so only those of one kind exclude each other.
            of_person[each.person, each.exercise].append(each)
    for mine in of_person.values():
        for one, other in combinations(mine, 2):
            assert one.ends <= other.starts or other.ends <= one.starts, "somebody is in two places"


def off_duty_is_not_asked(stage: Stage, approaches: Iterable[Approach]) -> None:
    off = {duty.id for duty in stage.all(Duty) if not duty.on}
    assert not [each for each in approaches if each.person in off and each.state is ApproachState.OPEN]


def a_victim_is_not_asked(
    stage: Stage, approaches: Iterable[Approach], commitments: Iterable[Commitment]
) -> None:
    hit = {
        victim.organisation
        for incident in stage.all(Incident)
        if incident.closed_at is None and not incident.exercise
        for victim in incident.affected
    }
    assert not [each for each in approaches if each.lender in hit and each.state is ApproachState.OPEN]
    waiting = [each for each in commitments if each.state in HELD and Party.LENDER in each.waits_for]
    assert not [each for each in waiting if each.lender in hit]


def standing_yeses_are_not_overdrawn(stage: Stage, commitments: list[Commitment]) -> None:
    for lending in stage.all(Lending):
        for standing in lending.standing:
            used = [
                each
                for each in commitments
                if not each.exercise
                and binds(each, stage.now)
                and any(yes.standing == standing.id for yes in each.yeses)
            ]
            assert len(used) <= standing.at_most


def versions_rise_by_one(stage: Stage) -> None:
    last: dict[tuple[str, str], int] = {}
    for each in stage.memory.history:
        assert isinstance(each.state, Row)
        spot = (each.state.TYPE, each.state.key)
        assert each.version == last.get(spot, each.version - 1) + 1
        last[spot] = each.version


def keeps_its_cover(stage: Stage, taken: Commitment, functions: Iterable[Function]) -> None:
    """After somebody took a slot: the lender has, in that period, at least its own minimum at home."""
    bound = [
        each
        for each in stage.all(Commitment)
        if binds(each, stage.now)
        and (taken.exercise or not each.exercise)
        and each.starts < taken.ends
        and taken.starts < each.ends
    ]
    away = {each.person for each in bound}
    lending = next(each for each in stage.all(Lending) if each.id == taken.lender)
    for function in functions:
        unnamed = [
            e for e in bound if e.person is None and e.lender == taken.lender and e.function is function
        ]
        staff = [person for person in stage.staff[taken.lender].values() if function in person.functions]
        home = sum(person.id not in away for person in staff) - len(unnamed)
        assert home >= lending.cover.get(function, 0), f"{taken.lender} keeps {home} of {function}"


def _keys(lender: str, person: UUID | None) -> list[str]:
    return [f"desk:{lender}", *([] if person is None else [f"person:{person}"])]


def _case(incident: UUID) -> dict[str, Level]:
    return {"org:IBD": Level.COORDINATOR, f"incident:{incident}:coordinator": Level.COORDINATOR}
