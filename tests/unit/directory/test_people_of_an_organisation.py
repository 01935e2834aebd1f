"""Who comes, what they may, the yearly check and leaving: the rules, without a table."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from schemas.catalogue import Function
from schemas.events.contact import Contact, WaitingNumber
from schemas.events.person import Membership, Person
from schemas.refused import Refused
from schemas.values import Level, Right
from services.directory.rules.numbers import ALONE_AFTER, TOLD_WITHIN, may_say_yes, replaced
from services.directory.rules.people import (
    Job,
    checked,
    gone,
    is_due,
    may_keep_people,
    membership,
    newcomer,
    readers_of,
    with_job,
)

HOME, ELSEWHERE = "GM1735", "GM0014"
TODAY = date(2026, 3, 1)


def someone(*rights: Right, at: tuple[str, ...] = (HOME,)) -> Person:
    members = tuple(Membership(organisation=each, rights=rights) for each in at)
    key = uuid4()
    return Person(id=key, memberships=members, exercise=False, readers=readers_of(key, at))


def job(*rights: Right) -> Job:
    return Job((Function.CISO,), rights)


def code_of(raised: pytest.ExceptionInfo[Refused]) -> str:
    return raised.value.code


def test_administrators_keep_the_list_and_elsewhere_there_is_none() -> None:
    may_keep_people(someone(Right.ADMINISTER), HOME)
    with pytest.raises(Refused) as raised:
        may_keep_people(someone(Right.MANDATE), HOME)
    assert code_of(raised) == "not_your_right"
    with pytest.raises(Refused) as raised:
        may_keep_people(someone(Right.ADMINISTER), ELSEWHERE)
    assert code_of(raised) == "not_found"


def test_a_newcomer_was_looked_at_today_and_is_read_by_colleagues_alone() -> None:
    key = uuid4()
    made = newcomer(
        key, HOME, Job((Function.CISO, Function.CISO), (Right.LEND, Right.REPORT)), someone(), TODAY
    )
    member = membership(made, HOME)
    assert (member.checked_on, member.rights) == (TODAY, (Right.REPORT, Right.LEND))
    assert made.functions == (Function.CISO,)
    assert set(made.readers.values()) == {Level.OWN}
    assert len(made.readers) == 2


@pytest.mark.parametrize("asked", [(), (Right.MANDATE,), (Right.ADMINISTER, Right.MANDATE)])
def test_nobody_changes_their_own_rights(asked: tuple[Right, ...]) -> None:
    petra = someone(Right.ADMINISTER)
    with pytest.raises(Refused) as raised:
        with_job(petra, HOME, job(*asked), petra.id, {uuid4()})
    assert code_of(raised) == "own_rights"
    assert with_job(petra, HOME, job(Right.ADMINISTER), petra.id, set()).functions == (Function.CISO,)


def test_the_last_administrator_stays() -> None:
    petra, other = someone(Right.ADMINISTER), uuid4()
    for change in (
        lambda others: with_job(petra, HOME, job(), other, others),
        lambda others: gone(petra, HOME, others),
    ):
        with pytest.raises(Refused) as raised:
            change(set())
        assert code_of(raised) == "last_administrator"
        assert not change({other}).may(Right.ADMINISTER, HOME)


def test_what_the_machine_gave_no_administrator_takes() -> None:
    officer = someone(Right.IBD, Right.REPORT, at=("IBD",))
    changed = with_job(officer, "IBD", job(Right.LEND), uuid4(), {uuid4()})
    assert membership(changed, "IBD").rights == (Right.IBD, Right.LEND)


def test_rights_elsewhere_stay_as_they_are() -> None:
    both = someone(Right.LEND, at=(HOME, ELSEWHERE))
    changed = with_job(both, HOME, job(Right.REPORT), uuid4(), {uuid4()})
    assert membership(changed, HOME).rights == (Right.REPORT,)
    assert membership(changed, ELSEWHERE).rights == (Right.LEND,)
    left = gone(both, HOME, {uuid4()})
    assert [each.organisation for each in left.memberships] == [ELSEWHERE]
    assert left.readers == readers_of(both.id, [ELSEWHERE])
    assert f"org:{HOME}" in left.lost_readers


def test_who_leaves_the_only_employer_works_nowhere() -> None:
    assert gone(someone(), HOME, {uuid4()}).memberships == ()


def test_a_check_counts_for_a_year() -> None:
    person = someone()
    assert is_due(membership(person, HOME), TODAY)
    member = membership(checked(person, HOME, TODAY), HOME)
    assert not is_due(member, TODAY + timedelta(days=364))
    assert is_due(member, TODAY + timedelta(days=365))


def test_who_does_not_work_there_is_not_found() -> None:
    stranger, nobody = someone(at=(ELSEWHERE,)), set[UUID]()
    forgotten = someone().model_copy(update={"forgotten": True})
    for person in (stranger, forgotten):
        for change in (
            lambda person: with_job(person, HOME, job(), uuid4(), nobody),
            lambda person: checked(person, HOME, TODAY),
            lambda person: gone(person, HOME, nobody),
        ):
            with pytest.raises(Refused) as raised:
                change(person)
            assert code_of(raised) == "not_found"


def test_who_asked_for_a_number_and_administers_no_more_says_no_second_yes() -> None:
    asked_by, asked_at = uuid4(), datetime(2026, 3, 1, tzinfo=UTC)
    waiting = WaitingNumber(phone="c2VhbGVk", organisation=HOME, asked_by=asked_by, asked_at=asked_at)
    for asker in (asked_by, uuid4()):
        with pytest.raises(Refused) as raised:
            may_say_yes(waiting, uuid4(), asker, {}, asked_at + 2 * ALONE_AFTER)
        assert code_of(raised) == "not_your_right"


@pytest.mark.parametrize(
    ("numbers", "hours", "kept"),
    [
        ("AB", 1, "A"),
        ("ABC", 1, "AB"),
        ("ABAC", 1, "AB"),
        ("ABCDEFGH", 1, "ABCDE"),
        # Nobody pushes out whose it was, also not by way of that very number.
        ("ABCDEFAGH", 1, "ABCDE"),
        ("ABCD", TOLD_WITHIN / timedelta(hours=1), "C"),
    ],
)
def test_each_number_of_the_last_day_is_kept_once_and_of_too_many_the_oldest(
    numbers: str, hours: float, kept: str
) -> None:
    moment, by = datetime(2026, 3, 1, tzinfo=UTC), uuid4()
    contact = Contact(id=uuid4(), phone=numbers[0])
    for number in numbers[1:]:
        moment += timedelta(hours=hours)
        before = replaced(contact, by, moment, lambda sealed: sealed)
        assert before["former"].phone == contact.phone and before["former"].until == moment
        contact = contact.model_copy(update={**before, "phone": number})
    assert [each.phone for each in contact.formers] == list(kept)
    assert contact.former in contact.before
