"""What somebody told under the public half of their key: opened with it, or left shut and said in the log."""

import secrets
from uuid import UUID

import pytest

from schemas.events.incident import CallBack
from services.live.contacts import CALL_BACK, Opener
from services.runtime.seal import public_half, seal_for

JORIS = UUID(int=7)
KEY = secrets.token_bytes(32)


def told(text: str, field: str = CALL_BACK) -> str:
    return Opener(KEY, JORIS)(seal_for(text, public_half(KEY), JORIS, field), field)


def test_whom_to_call_is_opened_as_it_was_told() -> None:
    said = CallBack(phone="06 00000000", name="Wilma").model_dump_json()
    assert told(said) == said
    assert told("De secretaris", "caller") == "De secretaris"


def test_what_was_sealed_in_a_shape_that_is_not_known_stays_shut(caplog: pytest.LogCaptureFixture) -> None:
    assert told('{"number": 1}') == ""
    assert "a shape that is not known" in caplog.text and "number" not in caplog.text
