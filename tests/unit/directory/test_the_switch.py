"""The switch told with plain values: who throws it, what is true then, and who reads that."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schemas.events.organisation import Kind, Organisation
from schemas.events.person import Person
from schemas.events.trust import Trust
from schemas.mandate import Act, Mandate, MandateList
from schemas.refused import Refused
from schemas.values import IBD, Level, Right
from schemas.visibility import keys_of, level_of
from services.directory.rules.trust import switched
from tests.unit.directory.persons import a_person

NOW = datetime(2026, 1, 5, 3, 20, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
HOF = Organisation(id="GM1735", kind=Kind.MUNICIPALITY, name="Hof van Twente")
GERT, PETRA, INES = UUID(int=1), UUID(int=2), UUID(int=3)


MANDATED = a_person(Right.MANDATE)
OFFICER = a_person(Right.IBD, organisation=IBD, key=UUID(int=4))


def with_list(*entries: Mandate) -> Organisation:
    kept = MandateList(number=1, entries=entries, changed_by=PETRA, changed_at=NOW)
    return HOF.model_copy(update={"mandates": kept})


def entry(person: UUID = GERT, **more: Any) -> Mandate:
    return Mandate(**{"id": UUID(int=100), "person": person, "acts": (Act.CONFIRM,), **more})


def distrusted(
    asker: Person = MANDATED, organisation: Organisation = HOF, known: Trust | None = None
) -> Trust:
    found = switched(known, organisation, asker, NOW, distrusted=True)
    assert found is not None
    return found


def refusal(asker: Person, organisation: Organisation = HOF) -> str:
    with pytest.raises(Refused) as no:
        distrusted(asker, organisation)
    return no.value.code


@pytest.mark.parametrize("asker", [MANDATED, a_person(Right.ADMINISTER), OFFICER])
def test_who_confirms_who_administers_and_the_ibd_throw_it_and_take_it_back(asker: Person) -> None:
    thrown = distrusted(asker)
    assert (thrown.distrusted, thrown.since, thrown.by_person) == (True, NOW, asker.id)
    assert thrown.by_organisation == asker.memberships[0].organisation
    back = switched(thrown, HOF, asker, LATER, distrusted=False)
    assert back is not None
    assert (back.distrusted, back.since) == (False, LATER)


@pytest.mark.parametrize(
    "asker",
    [
        a_person(),
        a_person(Right.LEND, Right.REPORT),
        a_person(Right.MANDATE, Right.ADMINISTER, organisation="GM0153"),
        a_person(Right.MANDATE, Right.ADMINISTER, organisation=IBD),
        a_person(Right.IBD),
        Person(id=GERT, exercise=False),
    ],
)
def test_nobody_else_throws_it_whatever_their_rights_elsewhere(asker: Person) -> None:
    assert refusal(asker) == "not_yours_to_do"


def test_the_entry_on_the_list_under_which_it_was_thrown_is_named_whatever_its_limits() -> None:
    thrown = distrusted(organisation=with_list(entry(INES), entry(euros=1, people=1)))
    assert thrown.mandate is not None
    assert (thrown.mandate.id, thrown.mandate.person) == (UUID(int=100), GERT)
    assert distrusted().mandate is None


@pytest.mark.parametrize(
    "only",
    [
        entry(INES),
        entry(until=NOW),
        entry(starts=NOW + timedelta(seconds=1)),
        entry(acts=(Act.COORDINATE, Act.SHARE)),
    ],
)
def test_a_mandate_that_is_of_another_or_over_or_for_something_else_throws_nothing(only: Mandate) -> None:
    assert refusal(MANDATED, with_list(only)) == "not_yours_to_do"
    assert distrusted(a_person(Right.MANDATE, Right.ADMINISTER), with_list(only)).mandate is None


def test_an_entry_without_the_right_throws_nothing() -> None:
    assert refusal(a_person(Right.REPORT), with_list(entry())) == "not_yours_to_do"


def test_what_is_so_already_stays_as_it_is() -> None:
    thrown = distrusted()
    assert switched(thrown, HOF, OFFICER, LATER, distrusted=True) is thrown
    assert switched(None, HOF, OFFICER, LATER, distrusted=False) is None
    with pytest.raises(Refused):
        switched(thrown, HOF, a_person(), LATER, distrusted=True)


def seen_by(row: Trust, person: Person) -> Level | None:
    return level_of(row, keys_of(person, ()))


def test_every_peer_is_warned_for_as_long_as_it_lasts_and_browses_no_list_of_who_was_hit() -> None:
    thrown = distrusted()
    back = switched(thrown, HOF, MANDATED, LATER, distrusted=False)
    assert back is not None
    peer, guest = a_person(organisation="VR05"), Person(id=INES, exercise=False)
    assert [seen_by(thrown, each) for each in (MANDATED, OFFICER, peer, guest)] == [
        Level.OWN,
        Level.COORDINATOR,
        Level.ASKED,
        None,
    ]
    assert [seen_by(back, each) for each in (MANDATED, OFFICER, peer)] == [
        Level.OWN,
        Level.COORDINATOR,
        None,
    ]
    assert back.lost_readers == ("members",)
    again = switched(back, HOF, MANDATED, LATER, distrusted=True)
    assert again is not None
    assert (seen_by(again, peer), again.lost_readers) == (Level.ASKED, ())


def test_the_ibd_distrusts_itself_like_any_other() -> None:
    itself = Organisation(id=IBD, kind=Kind.CSIRT, name="IBD")
    assert seen_by(distrusted(OFFICER, itself), OFFICER) is Level.OWN
