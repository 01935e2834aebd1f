"""Routes that carry a command out once, on an application of a few lines with a memory for a table."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from services.runtime.answered import cause_id, unit
from services.runtime.once import AFRESH, ANEW, SAID_ONCE, OnceRoute, Repeat, anew, once, repeated
from services.runtime.ports import cause_of
from services.runtime.problems import Problem

JORIS, MIRA = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)


@dataclass
class Memory:
    """What the table remembers, as a pool and as its connection."""

    kept: dict[tuple[UUID, str], bytes] = field(default_factory=dict)
    lost: bool = False

    async def fetchval(self, query: str, *more: Any) -> Any:
        if not more:
            return "the name of the transaction"
        person, key, *rest = more
        if not query.strip().startswith("INSERT"):
            return self.kept.get((person, key))
        if self.lost or (person, key) in self.kept:
            return None
        self.kept[person, key] = rest[0]
        return key

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator["Memory"]:
        yield self

    transaction = acquire


class Shown(BaseModel):
    count: int


class Nothing(BaseModel):
    pass


@dataclass
class Stand:
    """The application, what it did, and whom it takes the asker for."""

    app: FastAPI
    memory: Memory
    done: list[UUID]
    asker: UUID | None = JORIS

    async def post(self, path: str, key: str = "key", body: str = "{}") -> tuple[int, Any]:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            found = await client.post(path, content=body, headers={"Idempotency-Key": key})
            return found.status_code, found.json()


@pytest.fixture
def stand() -> Stand:
    memory, app, done = Memory(), FastAPI(), list[UUID]()
    made = Stand(app, memory, done)
    app.router.route_class = once(lambda: memory, lambda: NOW)

    @app.middleware("http")
    async def gate(request: Request, go_on: Any) -> Response:
        person = None if made.asker is None else SimpleNamespace(person=SimpleNamespace(id=made.asker))
        request.state.asker, request.state.body = person, await request.body()
        return await go_on(request)

    @app.exception_handler(Problem)
    async def refuse(_: Request, no: Problem) -> Response:
        return Response(f'"{no.code}"', no.status)

    async def stands(sent: Repeat) -> Shown:
        assert sent.body == b"{}"
        return Shown(count=len(done) + 10)

    async def carry_out() -> None:
        await asyncio.sleep(0)
        done.append(cause_id())

    @app.post("/afresh")
    @repeated(stands)
    async def afresh() -> Shown:
        await carry_out()
        return Shown(count=len(done))

    @app.post("/secret")
    async def secret() -> Shown:
        await carry_out()
        return Shown(count=len(done))

    @app.post("/mapping")
    async def mapping() -> dict[str, str]:
        await carry_out()
        return {"link": "a secret"}

    @app.post("/silent")
    async def silent() -> Nothing:
        await carry_out()
        return Nothing()

    @app.post("/anew")
    @anew
    async def ask_anew() -> Shown:
        await carry_out()
        return Shown(count=len(done))

    @app.post("/refused")
    async def refused() -> Nothing:
        raise Problem(409, "no")

    return made


ONCE = [
    ("/afresh", (200, {"count": 11})),
    ("/secret", (409, "said_once")),
    ("/mapping", (409, "said_once")),
    ("/silent", (200, {})),
]


@pytest.mark.parametrize(("path", "again"), ONCE)
async def test_a_repeat_is_not_carried_out_and_hears_what_its_route_says(stand: Stand, path, again) -> None:
    assert (await stand.post(path))[0] == 200
    assert await stand.post(path) == again
    assert stand.done == [cause_of(JORIS, "key")]


@pytest.mark.parametrize(("path", "again"), ONCE)
async def test_of_two_at_once_the_second_waits_and_hears_the_same(stand: Stand, path, again) -> None:
    first, second = await asyncio.gather(stand.post(path), stand.post(path))
    assert (first[0], second) == (200, again)
    assert len(stand.done) == 1


async def test_another_body_or_path_under_a_key_is_refused_and_another_person_is_not(
    stand: Stand,
) -> None:
    await stand.post("/silent")
    assert await stand.post("/silent", body='{"a": 1}') == (422, "key_reused")
    assert await stand.post("/secret") == (422, "key_reused")
    stand.asker = MIRA
    assert await stand.post("/silent") == (200, {})
    assert stand.done == [cause_of(JORIS, "key"), cause_of(MIRA, "key")]


async def test_what_is_refused_or_begun_or_sent_by_nobody_is_not_remembered(stand: Stand) -> None:
    for _ in range(2):
        assert await stand.post("/refused") == (409, "no")
        assert (await stand.post("/anew"))[0] == 200
    stand.asker = None
    for _ in range(2):
        assert (await stand.post("/silent"))[0] == 200
    assert len(stand.done) == 4 and stand.memory.kept == {}
    assert len(set(stand.done)) == 4, "what nobody commanded has a cause of its own"


async def test_a_command_that_another_process_carries_out_is_to_be_repeated(stand: Stand) -> None:
    stand.memory.lost = True
    assert await stand.post("/silent") == (503, "unavailable")


async def test_within_a_transaction_there_is_no_other() -> None:
    class Held:
        async def __aenter__(self) -> Any:
            opened.append(self)
            return self

        async def __aexit__(self, *_: object) -> None:
            pass

        def transaction(self) -> Any:
            return Held()

        async def fetchval(self, _: str) -> None:
            return None

    opened: list[Held] = []
    pool = SimpleNamespace(acquire=Held)
    async with unit(pool) as outer, unit(pool) as inner:
        assert inner is outer and len(opened) == 2
    async with unit(pool) as another:
        assert another is not outer


def test_each_route_tells_what_a_repeat_hears(stand: Stand) -> None:
    told = {each.path: each.told(is_open=False) for each in stand.app.routes if isinstance(each, OnceRoute)}
    said = {
        **{"/afresh": AFRESH, "/silent": AFRESH, "/refused": AFRESH},
        **{"/secret": SAID_ONCE, "/mapping": SAID_ONCE, "/anew": ANEW},
    }
    assert told == said
