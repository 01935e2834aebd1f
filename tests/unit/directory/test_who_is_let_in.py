"""Invitations, codes and passkeys, told with plain values."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from schemas.events.access import Access, Checked, Passkey
from schemas.events.person import Membership, Person
from schemas.refused import Refused
from schemas.values import Right
from services.directory.rules.access import (
    MOST_PASSKEYS,
    TRIES,
    Opening,
    admit,
    after_restore,
    invite,
    may_administer,
    may_invite,
    remove,
    try_code,
)
from tests.unit.directory.persons import a_person

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
ANNA, BRAM = UUID(int=1), UUID(int=2)
RIGHT = Opening("s" * 43, "123456")
WRONG = Opening("s" * 43, "123457")


def a_passkey(number: int = 7) -> Passkey:
    return Passkey(
        id=UUID(int=number),
        credential=f"c{number}",
        public_key="k",
        added_at=NOW,
        aaguid=UUID(int=0),
        backed_up=True,
    )


def invited(checked: Checked = Checked.IN_PERSON) -> Access:
    return invite(Access(id=ANNA), RIGHT, checked, BRAM, NOW)


def with_two_keys() -> Access:
    return Access(id=ANNA, passkeys=(a_passkey(7), a_passkey(8)))


def refusal(access: Access, opening: Opening, at: datetime = NOW) -> str | None:
    found = try_code(access, opening, at)[1]
    return None if found is None else found.code


@pytest.mark.parametrize(
    ("checked", "open_for"),
    [
        (Checked.IN_PERSON, timedelta(minutes=15)),
        (Checked.OWN_DEVICE, timedelta(minutes=15)),
        (Checked.CALL_BACK, timedelta(hours=24)),
    ],
)
def test_an_invitation_is_open_for_as_long_as_it_was_checked(checked: Checked, open_for: timedelta) -> None:
    access = invited(checked)
    assert refusal(access, RIGHT, NOW + open_for - timedelta(seconds=1)) is None
    assert refusal(access, RIGHT, NOW + open_for) == "invitation_over"


def test_an_invitation_holds_neither_secret_nor_code() -> None:
    told = invited().model_dump_json()
    assert RIGHT.secret not in told and RIGHT.code not in told
    # The same code with another secret is another digest: a table of the million codes is worth nothing.
    assert RIGHT.code_digest != Opening("t" * 43, RIGHT.code).code_digest


def test_five_wrong_codes_end_it_and_a_right_one_takes_no_try() -> None:
    access = invited()
    for left in range(TRIES - 1, 0, -1):
        assert try_code(access, RIGHT, NOW) == (access, None)
        access, refused = try_code(access, WRONG, NOW)
        assert refused is not None and (refused.code, refused.facts) == ("code_wrong", {"left": left})
    access, refused = try_code(access, WRONG, NOW)
    assert refused is not None and refused.code == "invitation_over" and access.invitation is None
    assert refusal(access, RIGHT) == "invitation_over"


def test_whoever_has_another_secret_learns_nothing_and_costs_no_try() -> None:
    access = invited()
    assert try_code(access, Opening("t" * 43, RIGHT.code), NOW)[0] == access
    for other in (access, Access(id=ANNA)):
        assert refusal(other, Opening("t" * 43, RIGHT.code)) == "invitation_over"


def test_a_new_invitation_ends_the_one_before() -> None:
    again = invite(invited(), Opening("t" * 43, "000000"), Checked.CALL_BACK, None, NOW)
    assert refusal(again, RIGHT) == "invitation_over"
    assert refusal(again, Opening("t" * 43, "000000")) is None


def test_a_key_that_is_let_in_uses_the_invitation_up() -> None:
    access = admit(invited(), a_passkey())
    assert access.passkeys == (a_passkey(),) and refusal(access, RIGHT) == "invitation_over"


def test_nobody_has_more_than_ten_keys() -> None:
    full = Access(id=ANNA, passkeys=tuple(a_passkey(number) for number in range(MOST_PASSKEYS)))
    with pytest.raises(Refused, match="too_many_passkeys"):
        invite(full, RIGHT, Checked.IN_PERSON, BRAM, NOW)


def test_taking_a_key_away_closes_the_invitation_that_may_be_its_doing() -> None:
    access = invite(with_two_keys(), RIGHT, Checked.OWN_DEVICE, ANNA, NOW)
    left = remove(access, UUID(int=7))
    assert [each.id for each in left.passkeys] == [UUID(int=8)] and left.invitation is None
    with pytest.raises(Refused, match="not_found"):
        remove(left, UUID(int=7))


def test_after_a_restore_nothing_old_is_open_and_it_is_said() -> None:
    access = invite(with_two_keys(), RIGHT, Checked.CALL_BACK, BRAM, NOW)
    restored = after_restore(access, frozenset({"c7"}), NOW)
    assert [each.credential for each in restored.passkeys] == ["c8"]
    assert restored.invitation is None and restored.restored_at == NOW


@pytest.mark.parametrize(
    ("asker", "whom", "code"),
    [
        (a_person(Right.ADMINISTER, key=BRAM), a_person(key=ANNA), None),
        (a_person(Right.MANDATE, Right.LEND, key=BRAM), a_person(key=ANNA), "not_your_right"),
        (a_person(Right.ADMINISTER, organisation="GM0014", key=BRAM), a_person(key=ANNA), "not_found"),
        (
            a_person(Right.ADMINISTER, key=BRAM),
            a_person(key=ANNA).model_copy(update={"forgotten": True}),
            "not_found",
        ),
    ],
    ids=["administrator", "another right", "elsewhere", "forgotten"],
)
def test_an_administrator_looks_after_colleagues_and_nobody_else(
    asker: Person, whom: Person, code: str | None
) -> None:
    if code is None:
        may_administer(asker, whom)
        return
    with pytest.raises(Refused, match=code):
        may_administer(asker, whom)


def test_a_right_in_one_organisation_says_nothing_in_another() -> None:
    both = Person(
        id=BRAM,
        memberships=(
            Membership(organisation="GM1735"),
            Membership(organisation="GM0014", rights=(Right.ADMINISTER,)),
        ),
        exercise=False,
    )
    with pytest.raises(Refused, match="not_your_right"):
        may_administer(both, a_person(key=ANNA))


def test_nobody_invites_themselves() -> None:
    bram = a_person(Right.ADMINISTER, key=BRAM)
    may_administer(bram, bram)
    with pytest.raises(Refused, match="not_yourself"):
        may_invite(bram, bram)
