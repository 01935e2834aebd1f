"""Which device is which, and how many there may be."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from schemas.events.contact import PushDevice
from schemas.refused import Refused
from services.directory.rules.push import MOST, device_of, with_device

WHO = UUID(int=1)


def device(number: int, sealed: str = "x") -> PushDevice:
    return PushDevice(id=UUID(int=number), sealed=sealed, added_at=datetime(2026, 1, 5, tzinfo=UTC))


def test_a_browser_has_one_id_for_each_person_which_its_page_works_out_too() -> None:
    """The same stands in frontend/tests/unit/push.test.ts."""
    endpoint = "https://fcm.googleapis.com/fcm/send/1"
    assert str(device_of(WHO, endpoint)) == "34d68bb6-fa94-ece9-a7a1-74255351ddeb"
    assert device_of(UUID(int=2), endpoint) != device_of(WHO, endpoint) != device_of(WHO, endpoint + "2")


def test_the_same_browser_takes_its_own_place_and_a_sixth_finds_none() -> None:
    full = tuple(map(device, range(MOST)))
    again = with_device(full, device(2, "anew"))
    assert len(again) == MOST and again[-1].sealed == "anew"
    with pytest.raises(Refused, match="too_many_devices"):
        with_device(full, device(MOST))
