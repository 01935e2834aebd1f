"""Where a platform goes when the ports it would like are taken."""

import socket

import pytest

from deploy.bootstrap import SetupFailed
from deploy.parts import ports


@pytest.mark.parametrize(
    ("taken", "base"), [(set(), 7400), ({7400}, 7425), ({7424}, 7425), ({7403, 7425}, 7450), ({7425}, 7400)]
)
def test_a_taken_port_anywhere_in_the_block_leads_to_the_next_block(
    taken: set[int], base: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "_is_free", lambda port: port not in taken)
    monkeypatch.setattr(ports, "_hold", lambda port: socket.socket())
    block = ports.take_block()
    block.leave()
    assert block.base == base


def test_of_two_that_look_at_the_same_moment_one_gets_the_next_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_is_free", lambda port: True)
    first, second = ports.take_block(9_200), ports.take_block(9_200)
    assert (first.base, second.base) == (9_200, 9_225)
    first.leave()
    third = ports.take_block(9_200)
    assert third.base == 9_200
    second.leave()
    third.leave()


def test_a_port_is_free_only_while_nobody_listens() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert not ports._is_free(listener.getsockname()[1])
    assert ports._is_free(ports.free_port())


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
