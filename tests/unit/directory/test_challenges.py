"""A challenge belongs to one browser and one purpose, opens once, and is over after five minutes."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from schemas.refused import Refused
from services.directory.challenges import LASTS, Challenges, OfStrangers

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
CHALLENGE = bytes(range(32))


def is_over(challenges: Challenges, cookie: str, purpose: str = "sign_in", at: datetime = NOW) -> bool:
    try:
        return challenges.opened(cookie, purpose, at) != CHALLENGE
    except Refused as refused:
        return refused.code == "ceremony_over"


@pytest.fixture
def challenges() -> Challenges:
    return Challenges(b"k" * 32)


def test_it_comes_back_until_five_minutes_are_over(challenges: Challenges) -> None:
    cookie = challenges.sealed(CHALLENGE, "sign_in", NOW)
    assert not is_over(challenges, cookie, at=NOW + LASTS - timedelta(seconds=1))
    assert is_over(challenges, cookie, at=NOW + LASTS)


def test_it_is_for_one_purpose(challenges: Challenges) -> None:
    assert is_over(challenges, challenges.sealed(CHALLENGE, "add", NOW))


def test_it_is_answered_once(challenges: Challenges) -> None:
    cookie = challenges.sealed(CHALLENGE, "sign_in", NOW)
    challenges.spend(CHALLENGE, NOW)
    assert is_over(challenges, cookie)
    with pytest.raises(Refused, match="ceremony_over"):
        challenges.spend(CHALLENGE, NOW)


def test_another_process_does_not_know_it(challenges: Challenges) -> None:
    assert is_over(Challenges(b"l" * 32), challenges.sealed(CHALLENGE, "sign_in", NOW))


def test_a_cookie_that_was_changed_anywhere_is_none_of_ours(challenges: Challenges) -> None:
    whole = base64.urlsafe_b64decode(challenges.sealed(CHALLENGE, "sign_in", NOW))
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        assert is_over(challenges, base64.urlsafe_b64encode(changed).decode()), place
    for odd in ("", "é", "AAAA", "=", "a b", whole.hex()):
        assert is_over(challenges, odd), odd


def test_what_was_answered_is_remembered_only_as_long_as_it_counts(
    challenges: Challenges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.directory.challenges.MOST_SPENT", 2)
    for number in range(2):
        challenges.spend(bytes([number]) * 32, NOW)
    with pytest.raises(Refused):
        challenges.spend(CHALLENGE, NOW)
    challenges.spend(CHALLENGE, NOW + LASTS)


def test_what_strangers_spend_shuts_the_door_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.directory.challenges.MOST_SPENT", 2)
    journeys = OfStrangers(b"k" * 32)
    for number in range(5):
        journeys.spend(bytes([number]) * 32, NOW)
    with pytest.raises(Refused):
        journeys.spend(bytes([4]) * 32, NOW)
    assert len(journeys._spent) == 2
