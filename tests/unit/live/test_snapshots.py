"""A snapshot is one moment, however long it takes to make, and everybody else has a turn meanwhile."""

import asyncio
import gzip
import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode
from schemas.events.incident import Incident
from services.live import snapshots
from services.live.rules import picture as pictures
from services.live.snapshots import Snapshots
from tests.enveloped import record_of
from tests.unit.live.history import History, viewers_of
from tests.unit.live.watching import ASKER, Socket, a_live, an_incident, hears, told

ROWS = 12


@pytest.fixture(autouse=True)
def _short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(pictures, "AT_A_TIME", 1)


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_what_changes_while_a_picture_is_encoded_is_not_in_it(seed: int) -> None:
    history = History(Random(seed))
    for _ in range(40):
        history.step()
    for keys in viewers_of(history):
        picture = history.board.picture(keys)
        at_once = b"".join(picture.encoded())
        pieces = []
        for piece in picture.encoded():
            pieces.append(piece)
            history.step()
        assert b"".join(pieces) == at_once


def with_rows() -> Any:
    live = a_live()
    for number in range(1, ROWS + 1):
        comes(live, number, 1)
    return live


def comes(live: Any, number: int, version: int) -> None:
    """A version of a row is read, as the reader of the topics would do it."""
    incident = an_incident(number)
    offset = live._newest.offsets.get(("incidents", 0), 0)
    live._board.put(decode(record_of(incident, version)))
    hears(live, incident)
    live._newest._places["incidents", 0].pop((Incident, incident.key), None)
    live._newest._places["incidents", 0][Incident, incident.key] = offset
    live._newest.offsets = {("incidents", 0): offset + 1}


async def test_a_row_that_changes_while_a_snapshot_is_made_comes_after_its_cursor() -> None:
    live = with_rows()
    made = asyncio.create_task(live._answers._snapshot(ASKER, zipped=False))
    for number in range(1, ROWS + 1):
        await asyncio.sleep(0)
        comes(live, number, 2)
    snapshot = json.loads((await made).body)
    rows = [row for table in snapshot["tables"] for row in table["rows"]]
    assert [row[1] for row in rows] == [[1, 1, 0]] * ROWS
    socket = Socket(json.dumps({"type": "resume", "cursor": snapshot["cursor"]}))
    await live._look(socket, ASKER)
    assert sorted(told(socket)) == sorted(row[0] for row in rows)


async def test_everybody_has_a_turn_between_any_two_slices_of_all_snapshots() -> None:
    live = with_rows()
    slices = 0

    class Watched:
        def __init__(self, pieces: Any) -> None:
            self._pieces = pieces

        def encoded(self) -> Any:
            nonlocal slices
            for piece in self._pieces:
                slices += 1
                yield piece

    made = Snapshots()
    pieces = list(live._board.picture(live._board.keys(ASKER.person)).encoded())
    several = [asyncio.create_task(made.plain({"at": "now"}, Watched(pieces))) for _ in range(3)]
    most, before = 0, 0
    while not all(each.done() for each in several):
        await asyncio.sleep(0)
        most, before = max(most, slices - before), slices
    assert most == 1 and slices == 3 * len(pieces) > 3 * ROWS
    assert len({each.result() for each in several}) == 1


async def test_a_packed_snapshot_says_the_same() -> None:
    live = with_rows()
    picture = live._board.picture(live._board.keys(ASKER.person))
    plain = await Snapshots().plain({"at": "now"}, picture)
    assert gzip.decompress(await Snapshots().zipped({"at": "now"}, picture)) == plain
    assert set(json.loads(plain)) == {"at", "tables"}


async def test_who_sees_nothing_gets_a_snapshot_without_tables() -> None:
    live = with_rows()
    plain = await Snapshots().plain({"at": "now"}, live._board.picture(frozenset()))
    assert json.loads(plain) == {"at": "now", "tables": []}
