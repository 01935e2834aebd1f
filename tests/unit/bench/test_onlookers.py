"""Frames of a websocket are taken apart as RFC 6455 says."""

import pytest

from tests.bench.onlookers import Notes, _frame, _masked

CLAIM = "54292d51-bbff-56cb-8302-3c6955c900cf"


@pytest.mark.parametrize(
    ("length", "head"),
    [(5, b"\x81\x05"), (126, b"\x81\x7e\x00\x7e"), (70_000, b"\x81\x7f" + (70_000).to_bytes(8))],
)
def test_a_frame_of_any_length_is_read_whole_and_the_rest_is_kept(length: int, head: bytes) -> None:
    data = head + b"x" * length
    assert _frame(data + b"\x89\x00") == (1, b"x" * length, b"\x89\x00")
    assert _frame(data[:-1]) is None and _frame(b"\x81") is None


def test_what_a_viewer_says_is_masked_with_zeros() -> None:
    assert _masked(1, b"hello") == b"\x81\x85\x00\x00\x00\x00hello"
    assert _masked(1, b"x" * 200)[:8] == b"\x81\xfe\x00\xc8\x00\x00\x00\x00"


def test_each_viewer_that_gets_a_claim_counts_once() -> None:
    notes = Notes()
    other = CLAIM.replace("5429", "aaaa")
    frame = f'{{"changed":[{{"kind": "commitment", "id": "{CLAIM}"}},{{"kind":"approach","id":"{other}"}}]}}'
    for _ in range(3):
        notes.note(frame.encode())
    notes.note(f'[{{"kind":"commitment","id":"{other}"}}]'.encode())
    assert {key: seen for key, (seen, _) in notes.claims.items()} == {CLAIM: 3, other: 1}
