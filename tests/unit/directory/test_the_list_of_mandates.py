"""The list of mandates: who keeps it and which lists are refused, told with plain values."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schemas.events.organisation import Kind, Organisation
from schemas.mandate import Act, Mandate
from schemas.refused import Refused
from schemas.values import Right
from services.directory.rules.mandates import NewList, change_list
from tests.unit.directory.persons import a_person

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
HOF = Organisation(id="GM1735", kind=Kind.MUNICIPALITY, name="Hof van Twente")
PETRA, GERT, INES, LEO, ELSEWHERE = (UUID(int=number) for number in range(1, 6))


PEOPLE = {
    each.id: each
    for each in (
        a_person(Right.ADMINISTER, key=PETRA),
        a_person(Right.MANDATE, key=GERT),
        a_person(Right.MANDATE, key=INES),
        a_person(Right.LEND, key=LEO),
        a_person(Right.MANDATE, Right.ADMINISTER, organisation="GM0153", key=ELSEWHERE),
    )
}


def entry(person: UUID, **more: Any) -> Mandate:
    return Mandate(**{"id": UUID(int=person.int + 100), "person": person, "acts": (Act.CONFIRM,), **more})


GERTS = entry(GERT, euros=50_000, people=5)


def changed(*entries: Mandate, by: UUID = PETRA, known: Organisation = HOF, **more: Any) -> Organisation:
    wanted = NewList(**{"after": 0, "entries": entries, **more})
    return change_list(known, wanted, PEOPLE[by], PEOPLE, NOW)


def refused(*entries: Mandate, **more: Any) -> Refused:
    with pytest.raises(Refused) as found:
        changed(*entries, **more)
    return found.value


def test_an_administrator_keeps_the_list_in_its_order_and_it_says_who_changed_it_when() -> None:
    kept = changed(GERTS, entry(INES)).mandates
    assert kept is not None
    assert [each.person for each in kept.entries] == [GERT, INES]
    assert (kept.number, kept.changed_by, kept.changed_at) == (1, PETRA, NOW)


def test_a_colleague_without_the_right_may_not_and_to_another_organisation_it_is_not_there() -> None:
    assert refused(GERTS, by=GERT).code == "not_your_right"
    assert refused(GERTS, by=ELSEWHERE).code == "not_found"


def test_who_looked_at_an_older_list_is_told_and_changes_nothing() -> None:
    known = changed(GERTS)
    no = refused(entry(INES), known=known, after=0)
    assert (no.code, no.facts) == ("mandates_changed", {"number": 1})
    after = changed(entry(INES), known=known, after=1).mandates
    assert after is not None
    assert after.number == 2


def test_the_same_list_sent_again_changes_nothing() -> None:
    known = changed(GERTS)
    assert changed(GERTS, known=known, after=0) is known


def test_a_list_is_emptied_and_whoever_looked_at_it_before_does_not_bring_it_back() -> None:
    known = changed(known=changed(GERTS), after=1)
    assert known.mandates is not None
    assert known.mandates.entries == ()
    assert refused(entry(INES), known=known, after=1).code == "mandates_changed"


@pytest.mark.parametrize(
    ("person", "act"),
    [(LEO, Act.CONFIRM), (GERT, Act.LEND), (ELSEWHERE, Act.CONFIRM), (UUID(int=9), Act.LEND)],
)
def test_only_who_holds_the_right_here_can_stand_on_the_list(person: UUID, act: Act) -> None:
    no = refused(entry(person, acts=(act,)))
    assert (no.code, no.facts["person"]) == ("mandate_without_right", str(person))


def test_a_mandate_ends_after_it_begins() -> None:
    assert refused(entry(GERT, starts=NOW, until=NOW)).code == "mandate_period"
    assert changed(entry(GERT, starts=NOW, until=NOW + timedelta(days=1))).mandates is not None


def test_an_entry_stands_in_it_once() -> None:
    assert refused(GERTS, GERTS).code == "mandate_twice"


def test_a_deputy_stands_below_somebody_else_and_may_do_as_much_at_most() -> None:
    deputy = entry(INES, deputy_for=GERTS.id, euros=50_000, people=5)
    assert changed(GERTS, deputy).mandates is not None
    assert refused(deputy, GERTS).code == "deputy_unknown"
    own = deputy.model_copy(update={"person": GERT})
    assert refused(GERTS, own).code == "deputy_unknown"


@pytest.mark.parametrize("wider", [{"euros": 50_001}, {"people": None}, {"acts": (Act.CONFIRM, Act.SHARE)}])
def test_a_deputy_may_never_do_more_than_the_person_replaced(wider: dict[str, Any]) -> None:
    deputy = entry(INES, **{"deputy_for": GERTS.id, "euros": 50_000, "people": 5, **wider})
    assert refused(GERTS, deputy).code == "deputy_wider"


def test_two_persons_are_asked_for_only_where_the_list_has_two() -> None:
    twice = entry(GERT, id=UUID(int=200))
    assert refused(GERTS, twice, two_persons=(Act.CONFIRM,)).code == "two_persons_alone"
    assert changed(GERTS, entry(INES), two_persons=(Act.CONFIRM,)).mandates is not None
