"""Who is shut out: an open page by the very news that ends it, no round later, and who forges a session."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from schemas.codec import decode
from schemas.events.incident import Guest, Incident
from schemas.events.person import Guesthood, Person
from schemas.live import CLOSE_SIGNED_OUT, SNAPSHOT, SOCKET
from schemas.state import State
from services.live import app
from services.live.viewers import Viewer
from services.runtime.tokens import Claims, Signer, new_keys
from services.runtime.who import COOKIE, Asker
from tests.enveloped import record_of
from tests.soon import until
from tests.unit.live.watching import NOW, PERSON, SESSION, Socket, a_live, an_incident, hears

VISIT = Guesthood(
    incident=UUID(int=1),
    organisation="GM1735",
    sponsor=UUID(int=5),
    firm="Spoedhulp BV",
    until=NOW + timedelta(days=1),
)


def with_guest(*, ended: bool) -> Incident:
    """The incident of the visit, which this person reads along."""
    said = VISIT.model_dump(include={"organisation", "sponsor", "firm", "until"})
    guest = Guest(person=PERSON.id, ended_at=NOW if ended else None, **said)
    return an_incident(1).model_copy(update={"guests": (guest,)})


@pytest.mark.parametrize(
    ("person", "news", "said"),
    [
        (PERSON, SESSION.model_copy(update={"revoked": True}), [CLOSE_SIGNED_OUT]),
        (PERSON, PERSON.model_copy(update={"forgotten": True}), [CLOSE_SIGNED_OUT]),
        (PERSON, PERSON.model_copy(update={"memberships": ()}), ["reset"]),
        (PERSON.model_copy(update={"guest": VISIT}), with_guest(ended=True), [CLOSE_SIGNED_OUT]),
        (PERSON.model_copy(update={"guest": VISIT}), with_guest(ended=False), []),
    ],
    ids=[
        "the session ends",
        "they are forgotten",
        "their rights change",
        "a guest is ended",
        "a guest stays",
    ],
)
async def test_an_open_page_is_shut_by_the_news_itself_that_ends_it(
    person: Person, news: State, said: list[object]
) -> None:
    live, socket = a_live(), Socket()
    hears(live, person)
    await live._on_news([decode(record_of(with_guest(ended=False)))])
    live._viewers.add(Viewer(socket, Asker(person, SESSION), live._board.keys(person)))
    hears(live, news)
    await live._on_news([decode(record_of(news, 2))])
    assert len(live._viewers) == (0 if said else 1)
    await until(lambda: [*(frame["type"] for frame in socket.sent), *socket.closed][:1] == said)


async def test_who_runs_out_of_time_is_shut_out_without_any_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "REVIEW_SECONDS", 0.01)
    live, socket, lapsed = a_live(), Socket(), list[object]()
    monkeypatch.setattr(live._board, "lapse", lambda now: lapsed.append(now) or ())
    hears(live, SESSION.model_copy(update={"expires_at": NOW}))
    live._viewers.add(Viewer(socket, Asker(PERSON, SESSION), live._board.keys(PERSON)))
    looking = asyncio.create_task(live._review_for_ever())
    await until(lambda: socket.closed == [CLOSE_SIGNED_OUT] and lapsed)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    assert len(live._viewers) == 0


async def test_who_shows_a_forged_token_is_counted_where_they_call_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live, counted = a_live(), list[tuple[str, str]]()
    monkeypatch.setattr(live._answers._limits, "admit_forger", lambda *where: counted.append(where))
    token = Signer(new_keys("k1")[0]).sign(Claims(PERSON.id, SESSION.id), SESSION.expires_at)
    headers = Headers({"Cookie": f"{COOKIE}={token}", "X-Forwarded-For": "192.0.2.1"})
    answer = await live._answers.answer(None, Request(SNAPSHOT, headers))
    assert (answer.status_code, counted) == (401, [("192.0.2.1", SNAPSHOT)])
    socket = Socket()
    socket.request = Request(SOCKET, headers)
    await live._socket(socket)
    assert (socket.closed, counted[1:]) == ([CLOSE_SIGNED_OUT], [("192.0.2.1", SOCKET)])
