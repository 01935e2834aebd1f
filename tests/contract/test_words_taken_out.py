"""Words that were taken out stand in no row, no version and no topic; that it happened can be proved."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from threading import Event
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from schemas.catalogue import Function, ResidentService
from schemas.events.incident import CallBack
from schemas.events.log_entry import Entry, LogEntry
from schemas.events.seal import AidSeal
from schemas.refused import Refused
from schemas.topics import COMPACTED_AFTER
from schemas.values import Command, Where
from services.aid.handlers.desk import Desk, KeyReused, Sent
from services.aid.handlers.redaction import Order, Out, Redactor
from services.aid.recovery import REDACTIONS, redactions_in
from services.aid.rules import commands, redaction
from services.aid.rules.world import Picture, Terms
from services.aid.store.forgetting import tell_again
from services.aid.store.postgres import PostgresStore
from services.aid.store.recovery import kept, take_out_again
from services.aid.store.redactions import said
from services.runtime.journal import broken_links
from services.runtime.outbox import PostgresOutbox
from services.runtime.ports import cause_of
from services.runtime.redacted import judge
from services.runtime.sealer import Sealer, broken_seals
from tests.contract.tables import Tables
from tests.unit.aid.stage import MORNING, Stage, key

NAME, PHONE, SECRET = "Anna de Bruin", "06 12345678", "Geheim!12"
INCIDENT, REQUEST, LINE = key("incident"), key("request"), key("line")

KEEPERS, OTHERS = ("wilma", "gert", "ruud"), ("kees", "anouk")
"""Who keeps the log of Hof van Twente's incident, and who may not know of it."""


@dataclass
class Bench:
    """An `aid` on a database of its own, in which somebody is named in each kind of text."""

    pool: asyncpg.Pool
    stage: Stage

    def __post_init__(self) -> None:
        self.store = PostgresStore(self.pool)
        picture = Picture(self.stage.people, self.stage.organisations, self.stage.staff)
        self.desk = Desk(self.store, picture, lambda: self.stage.now, Terms())
        self.redactor = Redactor(self.store, picture, lambda: self.stage.now)

    async def do(self, who: str, command: Command, target: object = None) -> None:
        name = sha256(repr(command).encode()).hexdigest()
        sent = Sent(command, target, self.stage.people[key(who)], name, b"hash")
        await self.desk.carry_out(sent)

    async def write(self) -> None:
        """The same story each time: the same bytes in every database."""
        down = commands.ServiceDown(service=ResidentService.PASSPORTS, note=f"vraag {NAME}")
        report = commands.ReportIncident(
            id=INCIDENT,
            affected="GM1735",
            since=MORNING,
            call_back=CallBack(phone=PHONE, name=NAME),
            services=(down,),
            description=f"{NAME.upper()} zag het eerst",
        )
        await self.do("wilma", report)
        await self.do("wilma", commands.ChangeFacts(description="Het netwerk ligt plat."), INCIDENT)
        text = f"Anna  de\nBruin (+31 6 1234 5678) gaf {SECRET} door"
        await self.do("wilma", commands.WriteLog(id=LINE, text=text), INCIDENT)
        ask = commands.AskHelp(
            id=REQUEST,
            incident=INCIDENT,
            borrower="GM1735",
            function=Function.NETWORK,
            number=1,
            where=Where.ON_SITE,
            needed_by=MORNING + timedelta(hours=2),
            place=f"bij {NAME}",
            note=f"bel {PHONE}",
        )
        await self.do("wilma", ask)

    async def publish(self) -> None:
        """As the relay does, to nobody; then a seal over it."""
        outbox = PostgresOutbox(self.pool, "urn:noaber:aid")
        while rows := await outbox.read(100):
            await outbox.remove([each.position for each in rows])
        await Sealer(self.pool, AidSeal, lambda: MORNING).seal()

    async def take_out(
        self, *words: str, who: str | None = "wilma", key_text: str = "k", vouched: bool = False
    ) -> Out:
        asker = None if who is None else self.stage.people[key(who)]
        cause = uuid4() if asker is None else cause_of(asker.id, key_text)
        return await self.redactor.redact(INCIDENT, Order(words, asker, cause, vouched))

    async def problems(self) -> list[str]:
        """What `verify` says of journal and seals."""
        async with self.pool.acquire() as connection:
            return await problems(connection)

    async def whole(self) -> str:
        """Every row of every table, as text; bytes as the text that they are."""
        tables = await self.pool.fetch(
            "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()"
        )
        found = [await self.pool.fetch(f"SELECT * FROM {table['name']}") for table in tables]
        return "\n".join(_text(value) for rows in found for row in rows for value in row.values())


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


async def problems(connection: Any) -> list[str]:
    """What `verify` says of journal and seals."""
    judged = await judge(connection, said)
    links = await broken_links(connection, judged.covered)
    broken = [f"broken: {each.aggregate}/{each.version}" for each in links]
    return [*judged.problems, *broken, *(each.why for each in await broken_seals(connection))]


@asynccontextmanager
async def bench_of(tables: Tables) -> AsyncIterator[Bench]:
    async with tables.of("aid") as database, asyncpg.create_pool(database, min_size=1, max_size=3) as pool:
        made = Bench(pool, Stage())
        await made.write()
        yield made


@pytest.fixture
async def bench(tables: Tables) -> AsyncIterator[Bench]:
    async with bench_of(tables) as made:
        yield made


async def test_words_are_gone_from_every_version_of_every_row_and_the_story_is_still_whole(
    bench: Bench,
) -> None:
    await bench.publish()
    before = await bench.whole()
    out = await bench.take_out(NAME, PHONE, SECRET)
    # The call-back counts once: description, a service's note, call-back, line, and place, note, call-back.
    assert out.places == 7
    after = await bench.whole()
    for word in ("bruin", "12345678", "1234 5678", "geheim"):
        assert word in before.lower() and word not in after.lower()
    assert "zag het eerst" in after and "Het netwerk ligt plat." in after
    assert await bench.problems() == []
    await bench.publish()
    assert await bench.problems() == []
    line = out.rows[0].state
    assert isinstance(line, LogEntry) and (line.entry, line.by_person) == (Entry.REDACTED, key("wilma"))
    assert line.about["places"] == 7 and len(str(line.about["digest"])) == 64


async def test_what_was_taken_out_is_published_as_the_next_version_and_what_waits_without_it(
    bench: Bench,
) -> None:
    await bench.take_out(NAME, PHONE, SECRET)
    waiting = [each.record for each in await PostgresOutbox(bench.pool, "urn:noaber:aid").read(100)]
    told = b"".join(each.value for each in waiting)
    assert b"Bruin" not in told and b"1234" not in told
    newest = {each.key: dict(each.headers)["ce_version"] for each in waiting}
    assert (newest[str(INCIDENT).encode()], newest[str(LINE).encode()]) == (b"3", b"2")


async def test_who_keeps_the_log_and_came_in_with_a_key_may_take_words_out_and_nobody_else(
    bench: Bench,
) -> None:
    bench.stage.person("piet", "GM1735")
    for who, code in (*((each, "not_found") for each in OTHERS), ("piet", "not_your_right")):
        with pytest.raises(Refused, match=code):
            await bench.take_out(NAME, who=who)
    with pytest.raises(Refused, match="provider_not_enough"):
        await bench.take_out(NAME, vouched=True)
    assert NAME in await bench.whole()
    for who, word in zip(KEEPERS, (NAME, PHONE, SECRET), strict=True):
        assert (await bench.take_out(word, who=who)).places > 0


async def test_also_out_of_an_incident_that_is_closed(bench: Bench) -> None:
    await bench.do("gert", commands.CloseIncident(), INCIDENT)
    assert (await bench.take_out(NAME)).places > 0
    assert "Bruin" not in await bench.whole()


async def test_a_repeat_hears_the_same_and_words_that_stand_nowhere_are_said_to(bench: Bench) -> None:
    first = await bench.take_out(NAME)
    again = await bench.take_out(NAME)
    assert (again.places, again.rows) == (first.places, [first.rows[0]])
    with pytest.raises(KeyReused):
        await bench.take_out(SECRET)
    with pytest.raises(Refused, match="nothing_to_redact"):
        await bench.take_out(NAME, key_text="another")
    assert (await bench.take_out(SECRET, key_text="another")).places == 1
    assert await bench.problems() == []


async def test_a_line_that_is_written_meanwhile_is_either_clean_or_refused_nothing(bench: Bench) -> None:
    lines = [commands.WriteLog(id=uuid4(), text=f"{number} {NAME}") for number in range(5)]
    await asyncio.gather(
        *(bench.do("wilma", each, INCIDENT) for each in lines),
        *(bench.take_out(word, key_text=word) for word in (NAME, SECRET, PHONE)),
    )
    found = await bench.redactor.redact_everywhere([NAME], uuid4())
    assert found[0] <= len(lines) and await bench.problems() == []
    assert "Bruin" not in await bench.whole()


@pytest.mark.parametrize("look", ["stands_in", "redacted"])
async def test_others_are_answered_while_all_that_was_said_is_looked_through(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, look: str
) -> None:
    loop, plain, heard = asyncio.get_running_loop(), getattr(redaction, look), Event()

    def slow(*given: Any) -> Any:
        heard.clear()
        loop.call_soon_threadsafe(heard.set)
        assert heard.wait(5), "nobody else is heard meanwhile"
        return plain(*given)

    monkeypatch.setattr(redaction, look, slow)
    assert (await bench.redactor.redact_everywhere([NAME], uuid4()))[0] > 0


async def test_out_of_every_incident_as_often_as_it_is_asked(bench: Bench) -> None:
    assert await bench.redactor.redact_everywhere([NAME, PHONE, "Jo"], uuid4()) == (7, ["Jo"])
    assert await bench.redactor.redact_everywhere([NAME, PHONE], uuid4()) == (0, [])
    assert await bench.redactor.redact_everywhere([], uuid4()) == (0, [])
    line = next(iter(await bench.pool.fetch("SELECT who FROM redaction")))
    assert line["who"] is None and await bench.problems() == []


async def test_it_is_told_once_more_when_kafka_drops_what_that_covers(bench: Bench) -> None:
    await bench.take_out(SECRET)
    await bench.publish()
    for later, told in ((COMPACTED_AFTER, 0), (COMPACTED_AFTER + timedelta(seconds=1), 1), (timedelta(9), 1)):
        await tell_again(bench.pool, MORNING + later)
        waiting = await bench.pool.fetch("SELECT aggregate, version FROM outbox WHERE version IS NULL")
        assert [tuple(each) for each in waiting] == [("log_entry", None)] * told


OLD = "SELECT payload FROM journal WHERE aggregate = 'log_entry' AND key = $1 AND version = 1"


FORGERIES = [
    ("UPDATE journal SET payload = $1 WHERE aggregate = 'log_entry' AND key = $2 AND version = 1",
     "broken: log_entry/1"),
    ("UPDATE journal SET payload = payload || ' '::bytea WHERE redacted AND $1::bytea <> '' AND key = $2",
     "broken: log_entry/1"),
    ("UPDATE journal SET redacted = true WHERE version = 3 AND $1::bytea <> '' AND key = $2",
     "log_entry/LINE/3 is marked as redacted, and no line says so"),
    ("UPDATE journal SET redacted = false WHERE $1::bytea <> '' AND key = $2",
     "log_entry/LINE/1 is not marked as redacted"),
    ("DELETE FROM redacted_row WHERE $1::bytea <> '' AND key = $2",
     "log_entry/LINE/1 is marked as redacted, and no line says so"),
    ("DELETE FROM redacted_row WHERE $1::bytea <> '' AND key = $2", "is not the one that a line"),
    ("UPDATE redacted_row SET digest = sha256($1) WHERE key = $2", "is not the one that a line"),
    ("WITH gone AS (DELETE FROM redacted_row) DELETE FROM redaction WHERE $1::bytea <> '' AND $2::text <> ''",
     "is told of and kept nowhere"),
]  # fmt: skip
"""What is done below us to a line that lost words (its old bytes are $1, its id $2), and what is said."""


async def test_a_redacted_row_that_is_changed_quietly_shows(bench: Bench) -> None:
    words = await bench.pool.fetchval(OLD, str(LINE))
    await bench.publish()
    await bench.take_out(NAME)
    await bench.take_out(SECRET, key_text="later")
    await bench.publish()
    assert await bench.problems() == []
    for forgery, why in FORGERIES:
        async with bench.pool.acquire() as connection:
            undone = connection.transaction(isolation="repeatable_read")
            await undone.start()
            await connection.execute(forgery, words, str(LINE))
            found = await problems(connection)
            await undone.rollback()
        assert [each for each in found if why.replace("LINE", str(LINE)) in each], (why, found)
    assert await bench.problems() == []


async def test_a_row_goes_back_to_no_earlier_redaction(bench: Bench) -> None:
    await bench.take_out(NAME)
    between = await bench.pool.fetchval(OLD, str(LINE))
    await bench.take_out(SECRET, key_text="later")
    undo = "UPDATE journal SET payload = $1 WHERE aggregate = 'log_entry' AND key = $2 AND version = 1"
    await bench.pool.execute(undo, between, str(LINE))
    assert "broken: log_entry/1" in await bench.problems()


async def test_words_are_taken_out_of_an_older_dump_again(bench: Bench, tables: Tables) -> None:
    await bench.take_out(NAME)
    await bench.take_out(PHONE, SECRET, key_text="later")
    async with bench.pool.acquire() as connection:
        file = f'{{"redacted": {REDACTIONS.dump_json(await kept(connection)).decode()}}}'
    assert "Bruin" not in file and "1234" not in file.replace(str(LINE), "")
    async with bench_of(tables) as older:
        await older.publish()
        async with older.pool.acquire() as connection:
            for again in (2, 0):
                async with connection.transaction():
                    assert await take_out_again(connection, redactions_in(file)) == again
        whole = await older.whole()
        assert "Bruin" not in whole and SECRET not in whole and "1234 5678" not in whole
        assert await older.problems() == []
        await older.publish()
        assert await older.problems() == []
        row = await older.pool.fetchrow("SELECT state->'about'->>'places' AS places FROM log_entry WHERE"
                                        " state->>'entry' = 'redacted' ORDER BY id LIMIT 1")  # fmt: skip
        assert int(row["places"]) > 0


async def test_of_another_story_with_the_same_versions_nothing_is_taken_out(
    bench: Bench, tables: Tables
) -> None:
    await bench.take_out(NAME)
    async with bench.pool.acquire() as connection:
        redactions = await kept(connection)
    async with bench_of(tables) as other:
        async with other.pool.acquire() as connection, connection.transaction():
            await connection.execute("UPDATE journal SET hash = sha256(hash)")
            assert await take_out_again(connection, redactions) == 0
        assert NAME in await other.whole()


def test_a_key_file_of_before_says_nothing_and_one_that_is_none_is_refused() -> None:
    assert redactions_in('{"keys": {}, "forgotten": []}') == []
    for wrong in ("", "[1]", '{"redacted": [{"line": 1}]}'):
        with pytest.raises(ValueError):
            redactions_in(wrong)
