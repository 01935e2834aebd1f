"""Who looks is told the truth: no heartbeat over a silent broker, no row after the rights to it went."""

import asyncio
import contextlib
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from schemas.codec import decode
from schemas.events.contact import Contact
from schemas.events.incident import Incident, Sealed
from schemas.events.person import Membership
from schemas.events.session import Session
from schemas.live import CLOSE_SIGNED_OUT, CLOSE_SLOW, SOCKET
from services.live import viewers as viewers_module
from services.live.rules.board import Board
from services.live.viewers import Viewer, Viewers
from services.runtime.now import clock
from tests.enveloped import record_of
from tests.soon import until
from tests.unit.live.history import History
from tests.unit.live.watching import (
    ASKER,
    PERSON,
    POSITION,
    SESSION,
    Socket,
    a_live,
    an_incident,
    changing,
    hears,
    many_changing,
    resume,
    running,
    told,
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewers_module, "SILENCE_SECONDS", 0.02)
    monkeypatch.setattr(viewers_module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(viewers_module, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(viewers_module, "GOODBYE_SECONDS", 0.05)


async def test_a_heartbeat_is_sent_only_while_the_broker_answers() -> None:
    broker = SimpleNamespace(answers=False)
    viewers = Viewers(Board(), lambda: POSITION, clock(0), broker)
    socket = Socket()
    viewers.add(Viewer(socket, ASKER, frozenset()))
    task = asyncio.create_task(viewers.run())
    await asyncio.sleep(0.1)
    assert socket.sent == []
    broker.answers = True
    await until(lambda: socket.sent)
    assert socket.sent[0]["type"] == "heartbeat"
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_viewer_that_does_not_read_is_told_why_and_then_cut_off() -> None:
    viewers = Viewers(Board(), lambda: POSITION, clock(0), SimpleNamespace(answers=True))
    socket = Socket(buffered=10**9)
    viewers.add(Viewer(socket, ASKER, frozenset()))
    # Nothing changes that it could see: it is found by its silence.
    async with running(viewers):
        await until(lambda: socket.aborted)
    assert socket.closed == [CLOSE_SLOW] and len(viewers) == 0


async def test_who_sees_nothing_of_a_busy_time_hears_that_nothing_changed() -> None:
    board = Board()
    viewers = Viewers(board, lambda: POSITION, clock(0), SimpleNamespace(answers=True))
    socket = Socket()
    viewers.add(Viewer(socket, ASKER, frozenset()))
    async with running(viewers), changing(viewers, board):
        await until(lambda: socket.sent)
    assert socket.sent[0]["type"] == "heartbeat"


async def test_a_viewer_whose_socket_was_full_gets_what_it_missed_in_one_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(viewers_module, "SLOW_SECONDS", 60.0)
    board = Board()
    viewers = Viewers(board, lambda: POSITION, clock(0), SimpleNamespace(answers=True))
    slow, quick = Socket(buffered=10**9), Socket()
    for socket in (slow, quick):
        viewers.add(Viewer(socket, ASKER, board.keys(PERSON)))
    for number in (1, 2):
        viewers.touch(board.put(decode(record_of(an_incident(number)))))
        viewers.flush()
    assert slow.sent == [] and len(quick.sent) == 2
    slow.buffered = 0
    viewers.touch(board.put(decode(record_of(an_incident(3)))))
    viewers.flush()
    assert len(slow.sent) == 1 and told(slow) == told(quick)


async def test_a_change_that_waits_for_its_tick_is_sent_before_any_heartbeat() -> None:
    board = Board()
    viewers = Viewers(board, lambda: POSITION, clock(0), SimpleNamespace(answers=True))
    socket = Socket()
    viewers.add(Viewer(socket, ASKER, board.keys(PERSON)))
    # Touched and not woken: as when the silence ends in the moment of the change.
    viewers._touched |= board.put(decode(record_of(an_incident(1))))
    task = asyncio.create_task(viewers.run())
    await until(lambda: len(socket.sent) > 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [frame["type"] for frame in socket.sent[:2]] == ["delta", "heartbeat"]


async def test_a_session_that_ends_while_a_socket_opens_closes_it() -> None:
    live = a_live()
    socket = Socket(resume(live))
    socket.before_first = lambda: hears(live, SESSION.model_copy(update={"revoked": True}))
    await live._look(socket, ASKER)
    assert (socket.closed, socket.sent, len(live._viewers)) == ([CLOSE_SIGNED_OUT], [], 0)


async def test_a_session_that_is_long_over_is_forgotten_and_one_that_just_ended_is_not() -> None:
    live = a_live()
    ended = SESSION.model_copy(
        update={"id": UUID(int=3), "expires_at": SESSION.expires_at + timedelta(days=1)}
    )
    hears(live, ended)
    live._now = lambda: ended.expires_at
    task = asyncio.create_task(live._forget_sessions())
    await until(lambda: SESSION.key not in live._newest.states[Session])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert list(live._newest.states[Session]) == [ended.key]


async def test_rights_that_change_while_a_socket_opens_start_it_over() -> None:
    live = a_live()
    socket = Socket(resume(live))
    moved = PERSON.model_copy(update={"memberships": (Membership(organisation="GM0153"),)})
    socket.before_first = lambda: hears(live, moved)
    await live._look(socket, ASKER)
    assert [frame["type"] for frame in socket.sent] == ["reset"]


async def test_who_is_given_or_loses_a_role_starts_over_before_anything_else_is_sent() -> None:
    live = a_live()
    given = an_incident(1).model_copy(update={"coordinators": ("org:GM1735",)})
    for version, incident, resets in ((1, an_incident(1), 0), (2, given, 1), (3, an_incident(1), 1)):
        socket = Socket()
        live._viewers.add(Viewer(socket, ASKER, live._board.keys(PERSON)))
        await live._on_news([decode(record_of(incident, version))])
        live._viewers.flush()
        await until(lambda sent=socket.sent: sent)
        assert [frame["type"] for frame in socket.sent] == (["reset"] if resets else ["delta"])


async def test_a_socket_whose_rights_stand_is_greeted() -> None:
    live = a_live()
    socket = Socket(resume(live))
    await live._look(socket, ASKER)
    assert [frame["type"] for frame in socket.sent] == ["hello"]


async def test_what_a_viewer_missed_reaches_it_before_what_changes_meanwhile() -> None:
    live = a_live()
    socket = Socket(resume(live))
    missed, fresh = an_incident(1), an_incident(2)
    live._board.put(decode(record_of(missed)))
    live._newest.states[Incident][missed.key] = decode(record_of(missed))
    live._newest._places["incidents", 0][Incident, missed.key] = 0

    def change() -> None:
        live._viewers.touch(live._board.put(decode(record_of(fresh))))
        live._viewers.flush()

    # Were the later change sent first, its cursor would say that the missed one had arrived.
    socket.meanwhile = change
    await live._look(socket, ASKER)
    assert told(socket)[:2] == [missed.key, fresh.key]


async def test_a_name_that_could_be_read_only_later_reaches_who_resumes_from_before() -> None:
    # The cursor may be of another node, which could not read the name when this one had joined it long ago.
    live, other = a_live(), a_live()
    contact = Contact(id=PERSON.id, name="sealed", phone="sealed")
    row = an_incident(5).model_copy(update={"reach": Sealed(person=PERSON.id, sealed="sealed")})
    for node in (live, other):
        node._board.put(decode(record_of(row)))
        hears(node, contact)
        node._newest._places["contacts", 0][Contact, contact.key] = 4
        node._newest.offsets = {("contacts", 0): 9}
    other._contacts.want(decode(record_of(contact)))
    for before, rows in ((live, []), (other, [row.key])):
        socket = Socket(resume(before))
        await live._look(socket, ASKER)
        assert told(socket) == rows


async def test_a_silent_broker_makes_it_unhealthy_and_opens_no_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live = a_live()
    assert live.health().status == 200
    monkeypatch.setattr("services.runtime.health.SILENT_SECONDS", -1.0)
    assert live.health().status == 503
    answer = await live._answers.answer(None, SimpleNamespace(path=SOCKET, headers={}))
    assert answer is not None and answer.status_code == 503


def test_the_keys_of_a_person_are_found_without_looking_at_every_row() -> None:
    class Untouched(dict[Any, Any]):
        def items(self) -> Any:
            raise AssertionError("every row was looked at")

        values = items

    from random import Random

    history = History(Random(1))
    for _ in range(200):
        history.step()
    board = history.board
    incident = next(event.state for event in history.log if isinstance(event.state, Incident))
    board._events = Untouched(board._events)
    for coordinators, held in ((("org:GM1735",), True), ((), False)):
        changed = incident.model_copy(update={"coordinators": coordinators})
        board.put(decode(record_of(changed, 900)))
        assert (f"incident:{incident.id}:coordinator" in board.keys(PERSON)) is held


async def test_reading_may_rest_while_rows_keep_coming_and_not_when_it_is_quiet_again() -> None:
    board = Board()
    viewers = Viewers(board, lambda: POSITION, clock(0), SimpleNamespace(answers=True))
    viewers.add(Viewer(Socket(), ASKER, board.keys(PERSON)))
    async with running(viewers):
        assert viewers.rest == 0.0
        async with many_changing(viewers, board):
            await until(lambda: viewers.rest)
            assert viewers.rest <= viewers_module.BUSY_SECONDS
        await until(lambda: not viewers.rest)
