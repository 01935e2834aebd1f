"""A frame built by hand is the frame that the library would send, packed or not."""

import json
from random import Random

import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as Sent
from websockets.frames import Opcode
from websockets.streams import StreamReader

from services.live.rules import frames
from services.live.rules.frames import DIGEST_SIZE, PACK_FROM, Frame, Part, Pieces, delta, frame, place

MINE = "0123456789abcdef"
OTHER = "fedcba9876543210"
HERE = place("place", "now")


@pytest.mark.parametrize("size", [*range(120, 132), *range(65_530, 65_542)])
def test_what_stands_before_a_text_says_how_long_it_is(size: int) -> None:
    made = Frame(b"{", (Part(b"x" * (size - DIGEST_SIZE - 1)),))
    before, after = made.plain
    sent = Sent(Opcode.TEXT, made.text(MINE).encode()).serialize(mask=False)
    assert before + MINE.encode() + after == sent


def read(sent: bytes, *extensions: PerMessageDeflate) -> str:
    """What a client reads that uses the library."""
    reader = StreamReader()
    reader.feed_data(sent)
    with pytest.raises(StopIteration) as whole:
        next(Sent.parse(reader.read_exact, mask=False, extensions=extensions))
    assert not reader.buffer
    return bytes(whole.value.value.data).decode()


def whole(pieces: Pieces, digest: str) -> bytes:
    return pieces[0] + digest.encode() + pieces[1]


@pytest.mark.parametrize("forgets", [True, False])
def test_one_packed_frame_is_read_by_everybody_whatever_they_read_before(*, forgets: bool) -> None:
    dice = Random(7)
    client = PerMessageDeflate(
        remote_no_context_takeover=forgets,
        local_no_context_takeover=True,
        remote_max_window_bits=15,
        local_max_window_bits=15,
    )
    for size in (0, 1_000, 5_000, 200_000):
        row = json.dumps([dice.choice(("claimed", "open", "ë", "🌾")) for _ in range(size)]).encode()
        made = delta(HERE, ([Part(row)], []))
        for digest in (MINE, OTHER):
            assert read(whole(made.packed, digest), client) == made.text(digest)
        assert (len(made.packed[1]) < len(made.rest) / 3) is (size > 0)


def test_what_fits_in_a_packet_is_not_packed() -> None:
    made = frame("heartbeat", HERE)
    assert made.packed == made.plain


def test_a_cursor_begins_with_the_digest_of_whom_it_is_for() -> None:
    for made in (delta(HERE, ([Part(b"{}")], [])), frame("hello", HERE)):
        assert json.loads(made.text(MINE))["cursor"] == f"{MINE}.place"


def test_a_cursor_that_a_client_made_up_stays_inside_its_text() -> None:
    made = json.loads(frame("hello", place('x","type":"delta', "now")).text(MINE))
    assert made == {"type": "hello", "cursor": f'{MINE}.x","type":"delta', "at": "now"}


def test_frames_join_parts_that_were_packed_once_and_each_is_read_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = []
    whole_packer = frames.zlib.compressobj
    monkeypatch.setattr(frames.zlib, "compressobj", lambda *how: packed.append(1) or whole_packer(*how))
    dice = Random(7)
    client = PerMessageDeflate(
        remote_no_context_takeover=True,
        local_no_context_takeover=True,
        remote_max_window_bits=15,
        local_max_window_bits=15,
    )
    words = [[dice.choice(("open", "ë")) for _ in range(PACK_FROM)] for _ in range(4)]
    parts = [Part(json.dumps(each).encode()) for each in words]
    small = Part(b'"small"')
    for chosen in ([*parts, small], [small, *parts[2:]], parts[:1], [small, small, parts[3]]):
        made = delta(HERE, (chosen, [b'"gone"', b'"too"']))
        assert read(whole(made.packed, MINE), client) == made.text(MINE)
        said = json.loads(made.text(MINE))
        assert said["changed"] == [json.loads(part.text) for part in chosen]
        assert said["removed"] == ["gone", "too"]
    assert len(packed) == len(parts)
