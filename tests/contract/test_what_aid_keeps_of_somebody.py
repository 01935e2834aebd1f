"""What aid tells somebody of themselves: the rows that name them as they may see them, and what they did."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from schemas.codec import state_bytes
from schemas.events.duty import Duty
from schemas.events.incident import Affected, CallBack, Incident
from schemas.events.log_entry import Entry, LogEntry
from schemas.events.person import Membership, Person
from schemas.events.session import Session
from schemas.values import Level, organisation_key, person_key
from schemas.visibility import incident_readers
from services.aid.render import shown
from services.aid.store.aggregates import TABLES
from services.aid.store.duties import Duties
from services.aid.store.forgetting import forget
from services.aid.store.own import Own
from services.runtime.acts import acts_of
from services.runtime.database import open_pool
from services.runtime.known import Directory
from services.runtime.ports import Cause, Written
from tests.contract.tables import database_of
from tests.soon import until
from tests.unit.aid.stage import MORNING, key

WILMA, GERT = key("wilma"), key("gert")
HERS, HIS = key("her report"), key("his report")


database = database_of("aid")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with await open_pool(database, 1) as made:
        yield made


def report(incident: UUID, by: UUID) -> Incident:
    made = Incident(
        id=incident,
        source="GM1735",
        affected=(Affected(organisation="GM1735"),),
        since=MORNING,
        reported_at=MORNING,
        reported_by=by,
        call_back=CallBack(phone="06 00000000"),
        exercise=False,
    )
    return made.model_copy(update=made.read_by(incident_readers(made)))


async def test_who_is_on_duty_is_told_of_the_people_that_were_asked_about_and_off_when_it_ended(
    pool: asyncpg.Pool,
) -> None:
    ends = MORNING + timedelta(hours=1)
    said = {"on": (True, None), "until": (True, ends), "ended": (True, MORNING), "off": (False, None)}
    duties = [
        Duty(id=key(name), on=on, until=until, changed_at=MORNING, exercise=False)
        for name, (on, until) in {**said, "elsewhere": (True, None)}.items()
    ]
    async with pool.acquire() as connection, connection.transaction():
        cause = Cause(uuid4(), None, MORNING)
        await TABLES.write(connection, [Written(each, 1) for each in duties], cause)
    found = await Duties(pool).on(map(key, [*said, "never touched it"]), MORNING)
    assert {each.id: each.until for each in found} == {key("on"): None, key("until"): ends}


def line(text: str, by: UUID, incident: UUID) -> LogEntry:
    return LogEntry(
        id=key(text),
        incident=incident,
        at=MORNING,
        entry=Entry.NOTE,
        by_person=by,
        text=text,
        exercise=False,
        readers={organisation_key("GM1735"): Level.COORDINATOR},
    )


def duty(person: UUID) -> Duty:
    return Duty(
        id=person, on=True, changed_at=MORNING, exercise=False, readers={person_key(person): Level.OWN}
    )


async def write(pool: Any, who: UUID, *states: Any) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await TABLES.write(connection, [Written(each, 1) for each in states], Cause(uuid4(), who, MORNING))


async def test_every_row_that_names_them_is_told_and_no_row_of_another(pool) -> None:
    await write(pool, WILMA, report(HERS, WILMA), line("van Wilma", WILMA, HIS), duty(WILMA))
    await write(pool, GERT, report(HIS, GERT), line("van Gert", GERT, HERS), duty(GERT))
    rows, incidents = await Own(pool).rows(WILMA)
    found = {(each.state.TYPE, each.state.key) for each in rows}
    mine = {("incident", str(HERS)), ("log_entry", str(key("van Wilma"))), ("duty", str(WILMA))}
    assert found == mine
    # The line hangs on a report of somebody else: that one decides who reads it, and is not told itself.
    assert set(incidents) == {HERS, HIS}
    wilma = Person(id=WILMA, memberships=(Membership(organisation="GM1735"),), exercise=False)
    seen = shown(rows, incidents, wilma, epoch=1)
    assert {(each.kind.value, each.id) for each in seen} == mine
    assert "van Gert" not in str(seen) and "van Wilma" in str(seen)
    # Who works there no more reads their own duty alone.
    stranger = Person(id=WILMA, exercise=False)
    assert [each.kind.value for each in shown(rows, incidents, stranger, epoch=1)] == ["duty"]


async def test_what_somebody_did_is_told_newest_first_and_found_by_an_index(pool) -> None:
    await write(pool, WILMA, report(HERS, WILMA), duty(WILMA))
    # Somebody else's row that she changed is an act of hers; a row about her that he changed is not.
    await write(pool, GERT, report(HIS, GERT))
    async with pool.acquire() as connection:
        acts = await acts_of(connection, WILMA)
        assert {(each.kind, each.id) for each in acts} == {("incident", str(HERS)), ("duty", str(WILMA))}
        async with connection.transaction():
            await connection.execute("SET LOCAL enable_seqscan = off")
            plan = await connection.fetch(
                "EXPLAIN SELECT at FROM journal WHERE who = $1 ORDER BY at DESC", WILMA
            )
    assert "journal_by_who" in " ".join(row[0] for row in plan)


async def test_a_session_that_is_long_over_is_kept_no_more_and_one_that_just_ended_is(pool) -> None:
    over, ended = (
        Session(id=key(name), person=WILMA, started_at=MORNING, expires_at=MORNING + timedelta(hours=hours))
        for name, hours in (("over", 12), ("ended", 36))
    )
    await pool.executemany(
        "INSERT INTO replica (aggregate, key, epoch, version, state) VALUES ('session', $1, 1, 1, $2)",
        [(each.key, state_bytes(each)) for each in (over, ended)],
    )
    directory = Directory()
    await directory.load(pool)
    forgetting = asyncio.create_task(forget(pool, directory, lambda: ended.expires_at))
    await until(lambda: directory.session(over.id) is None)
    forgetting.cancel()
    assert directory.session(ended.id) == ended
    assert [row["key"] for row in await pool.fetch("SELECT key FROM replica")] == [ended.key]
