"""Where a platform goes when the ports it would like are taken."""

import socket

import pytest

from deploy.bootstrap import SetupFailed
from deploy.parts import ports


def test_a_taken_port_anywhere_in_the_block_leads_to_the_next_block() -> None:
    first = ports.free_block(first=8000)
    for offset in (0, ports.BLOCK - 1):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", first + offset))
            taken.listen()
            assert ports.free_block(first) >= first + ports.BLOCK
            assert (ports.free_block(first) - first) % ports.BLOCK == 0


def test_no_free_block_is_one_sentence_that_says_what_to_do() -> None:
    with pytest.raises(SetupFailed, match=r"no 20 free ports in a row between .* stop what uses them"):
        ports.free_block(first=ports.LAST)


def test_a_port_answers_while_somebody_listens() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert ports.answers(port)
    assert not ports.answers(port)
