"""Where a platform goes when the ports it would like are taken."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.bootstrap import SetupFailed
from deploy.parts import ports


@contextmanager
def _left(block: ports.Block) -> Iterator[ports.Block]:
    try:
        yield block
    finally:
        block.leave()


@pytest.mark.parametrize(
    ("taken", "base"), [(set(), 7400), ({7400}, 7425), ({7424}, 7425), ({7403, 7425}, 7450), ({7425}, 7400)]
)
def test_a_taken_port_anywhere_in_the_block_leads_to_the_next_block(
    taken: set[int], base: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: port not in taken)
    monkeypatch.setattr(ports, "_hold", lambda port: socket.socket())
    block = ports.take_block()
    block.leave()
    assert block.base == base


def test_what_is_held_is_held_by_one() -> None:
    port = ports.free_port()
    first = ports._hold(port)
    try:
        assert first is not None
        assert ports._hold(port) is None
    finally:
        if first is not None:
            first.close()
    again = ports._hold(port)
    assert again is not None
    again.close()


def test_of_two_that_look_at_the_same_moment_one_gets_the_next_block(monkeypatch: pytest.MonkeyPatch) -> None:
    held: set[int] = set()
    monkeypatch.setattr(ports, "is_free", lambda port: True)
    monkeypatch.setattr(ports, "_hold", lambda port: None if port in held else socket.socket())
    with _left(ports.take_block(9_200)) as first:
        held.add(9_224)
        with _left(ports.take_block(9_200)) as second:
            assert (first.base, second.base) == (9_200, 9_225)


def test_a_port_is_free_only_while_nobody_listens() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert not ports.is_free(listener.getsockname()[1])
    assert ports.is_free(ports.free_port())


def test_no_free_block_is_one_sentence_that_says_what_to_do() -> None:
    with pytest.raises(SetupFailed, match=r"no 25 free ports in a row between .* stop what uses them"):
        ports.take_block(first=ports.LAST)


def test_a_port_answers_while_somebody_listens() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert ports.answers(port)
    assert not ports.answers(port)
