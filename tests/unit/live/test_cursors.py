"""A cursor is resumed only where nothing can have been missed: otherwise the viewer starts over."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schemas.live import Cursor
from schemas.state import State
from schemas.topics import INCIDENTS, SESSIONS
from services.live import cursors
from services.live.cursors import Stale, cursor, position, resumed
from services.runtime.replica import Newest

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
KEYS = frozenset({"org:GM1735"})
HERE = {("incidents", 0): 7, ("sessions", 0): 3}


def a_node(offsets: Mapping[tuple[str, int], int] = HERE, epochs: Mapping[type[State], int] = {}) -> Newest:
    """A node that has read so far."""
    newest = Newest("", "", (INCIDENTS, SESSIONS))
    newest.offsets = dict(offsets)
    newest.epochs = dict(epochs)
    return newest


def a_cursor(now: datetime = NOW, unjoined: tuple[str, ...] = ()) -> str:
    """Of somebody who looked at a node that stood here."""
    return cursor(KEYS, position(a_node(), unjoined, now))


async def why_not(newest: Newest, text: str, now: datetime = NOW, keys: frozenset[str] = KEYS) -> str:
    with pytest.raises(Stale) as stale:
        await resumed(newest, text, keys, now)
    return str(stale.value)


async def test_a_viewer_resumes_where_it_was_on_any_node_that_read_as_far() -> None:
    text = a_cursor()
    assert await resumed(a_node(), text, KEYS, NOW + timedelta(hours=11)) == []


async def test_after_half_a_day_it_starts_over_since_a_removal_may_be_gone() -> None:
    text = a_cursor()
    assert await why_not(a_node(), text, NOW + timedelta(hours=12, seconds=1)) == "too old"


async def test_the_clocks_of_two_nodes_may_differ_a_little() -> None:
    assert await resumed(a_node(), a_cursor(NOW + timedelta(seconds=30)), KEYS, NOW) == []


async def test_a_cursor_from_the_future_is_not_believed() -> None:
    text = a_cursor(NOW + timedelta(minutes=5))
    assert await why_not(a_node(), text) == "too old"


async def test_after_a_restore_of_an_owner_it_starts_over() -> None:
    text = a_cursor()
    restored = a_node(epochs={INCIDENTS.state: 2})
    assert await why_not(restored, text) == "other epoch"


async def test_with_other_keys_it_starts_over() -> None:
    text = a_cursor()
    assert await why_not(a_node(), text, keys=frozenset({"org:GM0153"})) == "other rights"


async def test_a_node_that_stays_behind_the_cursor_sends_it_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cursors, "WAIT_SECONDS", 0.05)
    text = a_cursor()
    behind = a_node({**HERE, ("incidents", 0): 6})
    assert await why_not(behind, text) == "this node is behind"


async def test_a_cursor_of_other_topics_starts_over() -> None:
    found = Cursor.decode(a_cursor())
    text = replace(found, position=replace(found.position, offsets={"incidents/0": 7})).encode()
    assert await why_not(a_node(), text) == "other topics"


def raw(**more: object) -> str:
    """A cursor of ours in which something is otherwise."""
    mine, _, where = a_cursor().partition(".")
    fields = {**json.loads(base64.urlsafe_b64decode(where)), **more}
    return f"{mine}.{base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "no cursor",
        a_cursor().partition(".")[0],
        a_cursor() + '"',
        a_cursor().replace(".", '."}'),
        raw(i=10**400),
        raw(i=-1),
        raw(o={"incidents/0": 10**400, "sessions/0": 3}),
        raw(o={"incidents/0": -1, "sessions/0": 3}),
        raw(o={"incidents/" + "9" * 5_000: 1}),
        raw(e={"aid": 10**400}),
        raw(i=True),
        raw(o=[]),
    ],
)
async def test_text_that_no_node_of_ours_wrote_is_no_cursor(text: str) -> None:
    assert await why_not(a_node(), text) == "unreadable cursor"
