"""How many sockets there may be: in all and per session, and that a place comes back."""

from contextlib import ExitStack
from uuid import UUID

import pytest

from schemas.live import CLOSE_FULL, CLOSE_TOO_MANY
from services.live.places import NoPlace, Places
from services.runtime.problems import COMMON, Problem, document

ONE, OTHER = UUID(int=1), UUID(int=2)


def code(places: Places, session: UUID) -> int | None:
    with ExitStack() as opened:
        try:
            opened.enter_context(places.taken(session))
        except NoPlace as none:
            return none.code
    return None


def test_a_session_has_so_many_pages_and_another_session_has_its_own() -> None:
    places = Places(most=10, per_session=2)
    with places.taken(ONE), places.taken(ONE):
        assert code(places, ONE) == CLOSE_TOO_MANY
        assert code(places, OTHER) is None
    assert places.in_use == 0 and code(places, ONE) is None


def test_a_full_node_says_so_before_and_after_the_handshake() -> None:
    places = Places(most=1, per_session=5)
    places.check()
    with places.taken(ONE):
        assert code(places, OTHER) == CLOSE_FULL
        with pytest.raises(Problem) as full:
            places.check()
    assert document(full.value, COMMON).status == 503 and full.value.facts["retry_after"] > 0
    places.check()


def test_a_place_comes_back_whatever_ends_the_socket() -> None:
    places = Places(most=1, per_session=1)
    with pytest.raises(RuntimeError), places.taken(ONE):
        raise RuntimeError
    assert code(places, ONE) is None
