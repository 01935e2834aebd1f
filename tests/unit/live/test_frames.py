"""A frame built by hand is the frame that the library would send."""

import json

import pytest
from websockets.frames import Frame as Sent
from websockets.frames import Opcode

from services.live.rules.frames import DIGEST_SIZE, Frame, delta, frame

MINE = "0123456789abcdef"


@pytest.mark.parametrize("size", [*range(120, 132), *range(65_530, 65_542)])
def test_what_stands_before_a_text_says_how_long_it_is(size: int) -> None:
    made = Frame(b"{", b"x" * (size - DIGEST_SIZE - 1))
    sent = Sent(Opcode.TEXT, made.text(MINE).encode()).serialize(mask=False)
    assert made.head + made.text(MINE).encode() == sent


def test_a_cursor_begins_with_the_digest_of_whom_it_is_for() -> None:
    for made in (delta("place", "now", ([b"{}"], [])), frame("hello", "place", "now")):
        assert json.loads(made.text(MINE))["cursor"] == f"{MINE}.place"


def test_a_cursor_that_a_client_made_up_stays_inside_its_text() -> None:
    made = json.loads(frame("hello", 'x","type":"delta', "now").text(MINE))
    assert made == {"type": "hello", "cursor": f'{MINE}.x","type":"delta', "at": "now"}
