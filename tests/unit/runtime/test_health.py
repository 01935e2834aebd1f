"""Health means progress: a database that is silent or a task that ended makes an owner unhealthy."""

import asyncio

import httpx
import pytest

from deploy.parts.ports import free_port
from services.aid.app import Aid, create_app
from services.aid.settings import AidSettings
from services.directory.directory import Directory
from services.directory.settings import DirectorySettings
from services.runtime.health import ALIVE, Health, Pulse, health_server
from services.runtime.intake import Intake
from services.runtime.settings import Mode
from services.runtime.tokens import new_keys
from tests.contract.doubles import MemoryGraveyard
from tests.soon import until

PRIVATE, PUBLIC = new_keys("k1")
TOLD = {
    "mode": Mode.REAL,
    "kafka": "127.0.0.1:1",
    "http_port": 1,
    "database": "postgresql://nobody@127.0.0.1:1/nothing",
    "token_public_keys": PUBLIC,
    "token_private_key": PRIVATE,
    "allowed_origins": "http://localhost:7400",
    "internal_token": "x" * 32,
}


class Moments:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def silent() -> Pulse:
    moments = Moments()
    pulse = Pulse(_nothing, moments)
    moments.now = 7.0
    return pulse


async def _nothing() -> None:
    return None


async def _unheard(_: object) -> None:
    raise AssertionError("nothing is read here")


def an_aid() -> Aid:
    aid = Aid(AidSettings(**TOLD))
    aid.intake = Intake(
        None,
        "",
        "",
        replicas=(),
        hints=(),
        on_hint=_unheard,
        on_replica=_unheard,
        dead_letters=MemoryGraveyard(),
    )
    aid.intake.caught_up = True
    return aid


def a_directory() -> Directory:
    directory = Directory(DirectorySettings(rp_id="localhost", **TOLD))
    directory.ready = True
    return directory


@pytest.mark.parametrize("make", [an_aid, a_directory])
async def test_an_owner_is_healthy_while_its_database_answers_and_its_tasks_run(make) -> None:
    owner = make()
    assert owner.health().status == 200
    running = asyncio.create_task(asyncio.sleep(60), name="waker")
    owner.tasks.append(running)
    assert owner.health().status == 200
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert owner.health().status == 503 and "waker" in owner.health().why


@pytest.mark.parametrize("make", [an_aid, a_directory])
def test_an_owner_whose_database_is_silent_says_so(make) -> None:
    owner = make()
    owner.database = silent()
    assert owner.health().status == 503 and "database" in owner.health().why


async def test_a_question_that_fails_or_hangs_shows_as_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.health.ASK_SECONDS", 0.01)
    moments, mood = Moments(), {"": "well"}
    asked: list[str] = []

    async def ask() -> None:
        asked.append(mood[""])
        if mood[""] == "hangs":
            await asyncio.sleep(60)
        if mood[""] == "fails":
            raise ConnectionRefusedError

    pulse = Pulse(ask, moments)
    task = asyncio.create_task(pulse.run())
    for now, how, answers in (
        (5, "well", True),
        (12, "hangs", False),
        (13, "fails", False),
        (14, "well", True),
    ):
        moments.now, mood[""] = now, how
        asked.clear()
        await until(lambda: len(asked) > 2)
        assert pulse.answers is answers
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_owner_that_still_takes_in_what_it_found_says_so_where_nothing_else_is_wrong() -> None:
    aid = an_aid()
    aid.intake.caught_up = False
    assert aid.health().why == "takes in the directory first"
    aid.intake.trouble["people/0"] = "stopped at a record"
    assert aid.health().why == "stopped at a record"


async def test_a_process_that_makes_no_progress_is_alive_all_the_same() -> None:
    port = free_port()
    async with (
        health_server(port, lambda: Health(healthy=False, why="Kafka is silent")),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as asked,
    ):
        assert (await asked.get("/health")).status_code == 503
        assert (await asked.get(ALIVE)).status_code == 200


async def test_an_owner_that_is_not_well_is_alive_all_the_same() -> None:
    app = create_app(AidSettings.model_validate(TOLD))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://aid") as asked:
        assert (await asked.get("/health")).status_code == 503
        assert (await asked.get(ALIVE)).status_code == 200
