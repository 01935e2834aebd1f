"""Faust with our settings, on Kafka: nothing lost, nothing acknowledged early; matching and clock whole."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from aiokafka import TopicPartition

from deploy.backing import Backing
from schemas.codec import decode
from schemas.envelope import Event, Record
from schemas.events.alarm import Alarm
from schemas.events.commitment import CommitmentState, Deadline, DeadlineName
from schemas.events.suggestion import Suggestion
from schemas.state import State
from schemas.topics import ALARMS, BY_STATE, DUTY, SUGGESTIONS, Topic
from services.runtime.consume import Policy
from services.runtime.dead_letters import KafkaDeadLetters
from services.runtime.prepare import create_topics
from services.runtime.process import EXIT_STUCK
from services.runtime.relay import KafkaPublisher
from services.runtime.worker import (
    GIVE_UP_SECONDS,
    STUCK_SECONDS,
    Group,
    LetGo,
    Progress,
    Stuck,
    consume,
    producer,
    run_worker,
    source,
    worker_app,
)
from tests.enveloped import record_of
from tests.soon import until
from tests.topic_reader import lose_topic, read_topic
from tests.unit.matching.pictures import asked, commitment, neighbour, on_duty, picture, uid

pytestmark = pytest.mark.timeout(120)

SECONDS = 40
"""The longest anything here is waited for."""


def record(state: State, version: int = 1, event_type: str = "") -> tuple[Topic, Record]:
    return BY_STATE[type(state)], record_of(state, version, kind=event_type)


class Broker:
    """Topics of one test."""

    def __init__(self, bootstrap: str, prefix: str, home: Path) -> None:
        self.bootstrap, self.prefix, self.home = bootstrap, prefix, home
        self.publisher = KafkaPublisher(bootstrap)

    async def hears(self, *found: tuple[Topic, Record]) -> None:
        await self.publisher.publish([(self.prefix + topic.name, each) for topic, each in found])

    async def holds(self, topic: Topic) -> list[Event]:
        return [decode(each) for each in await read_topic(self.bootstrap, topic, self.prefix)]

    async def dead(self, topic: Topic) -> list[Record]:
        grave = replace(topic, name=topic.dead_letters, partitions=1)
        return await read_topic(self.bootstrap, grave, self.prefix)

    @property
    def group(self) -> Group:
        return Group("test", self.bootstrap, self.prefix, data_home=self.home)


@pytest.fixture
async def broker(backing: Backing, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Broker]:
    await create_topics(backing.kafka, topic_prefix)
    made = Broker(backing.kafka, topic_prefix, tmp_path)
    yield made
    await made.publisher.stop()


class Handler:
    """Remembers the people it heard of; `failures` says how often it fails first."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.seen: list[str] = []

    async def __call__(self, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("not today")
        self.seen.append(event.envelope.key)


@asynccontextmanager
async def worker(broker: Broker, handler: Handler) -> AsyncIterator[tuple["asyncio.Task[None]", Policy]]:
    """A worker on `duty`, stopped afterwards."""
    async with producer(broker.bootstrap) as graves:
        policy = Policy(handler, KafkaDeadLetters(graves, broker.prefix))
        app = worker_app(broker.group)

        async def duties(stream: object) -> None:
            await consume(stream, policy, broker.prefix)

        app.agent(source(app, broker.group, DUTY), name="duties")(duties)
        task = asyncio.create_task(run_worker(app))
        try:
            yield task, policy
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def committed(broker: Broker) -> int:
    """How many records of `duty` the group does not have to read again."""
    from aiokafka import AIOKafkaConsumer

    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker.bootstrap, group_id=broker.group.id, enable_auto_commit=False
    )
    await consumer.start()
    try:
        places = [TopicPartition(broker.prefix + DUTY.name, n) for n in range(DUTY.partitions)]
        consumer.assign(places)
        return sum([await consumer.committed(place) or 0 for place in places])
    finally:
        await consumer.stop()


async def test_every_record_is_handled_and_committed_and_what_is_broken_is_buried(broker: Broker) -> None:
    names = [f"p{number}" for number in range(20)]
    broken = (DUTY, Record(b"x", b"not json", ()))
    await broker.hears(*(record(on_duty(name)) for name in names[:10]), broken)
    await broker.hears(*(record(on_duty(name)) for name in names[10:]))
    handler = Handler()
    async with worker(broker, handler):
        await until(lambda: len(handler.seen) == 20)

        async def all_committed() -> bool:
            return await committed(broker) == 21

        await until(all_committed)
    assert sorted(handler.seen) == sorted(str(uid(name)) for name in names)
    (dead,) = await broker.dead(DUTY)
    assert dead.value == b"not json"
    assert dict(dead.headers)["dead_place"].decode().startswith("duty/")


async def test_a_failure_ends_the_worker_and_the_next_one_takes_that_record_again(broker: Broker) -> None:
    await broker.hears(record(on_duty("joris")))
    failing, working = Handler(failures=1), Handler()
    async with worker(broker, failing) as (task, _):
        with pytest.raises(ConnectionError, match="not today"):
            await asyncio.wait_for(asyncio.shield(task), SECONDS)
    assert await committed(broker) == 0
    async with worker(broker, working):
        await until(lambda: working.seen == [str(uid("joris"))])


async def test_a_type_newer_than_the_reader_keeps_its_partition_waiting(broker: Broker) -> None:
    newer = record(on_duty("joris"), event_type="nl.noaber.duty.v2")
    await broker.hears(newer, record(on_duty("joris"), version=2))
    handler = Handler()
    async with worker(broker, handler) as (_, policy):
        await until(lambda: bool(policy.waiting))
        names = [f"p{number}" for number in range(20)]
        await broker.hears(*(record(on_duty(name)) for name in names))
        await until(lambda: len(handler.seen) > 3)
        await asyncio.sleep(2)
    assert str(uid("joris")) not in handler.seen
    assert 0 < await committed(broker) < 22
    assert await broker.dead(DUTY) == []


def test_a_worker_begins_again_when_a_person_let_a_partition_go_on() -> None:
    progress = Progress(Group("g", "nowhere"), DUTY)
    progress.judge({("duty", 0): "halted", ("duty", 1): "waits for an upgrade"})
    progress.judge({("duty", 0): "halted", ("duty", 1): "waits for an upgrade"})
    with pytest.raises(LetGo, match="duty/0"):
        progress.judge({("duty", 1): "waits for an upgrade"})


PLACE = TopicPartition("duty", 0)


def test_progress_means_that_the_committed_offset_moves_towards_the_end() -> None:
    moment = 0.0
    progress = Progress(Group("g", "nowhere"), DUTY, elapsed=lambda: moment)
    for committed_offset, end, healthy in ((5, 5, True), (5, 9, True), (7, 12, True), (7, 12, False)):
        moment += STUCK_SECONDS + 1 if not healthy else 1
        progress.note({PLACE: committed_offset}, {PLACE: end})
        assert progress.health({}).healthy is healthy
    assert progress.lag == 5
    assert "5 records wait" in progress.health({}).why
    progress.note({PLACE: 12}, {PLACE: 12})
    assert progress.health({}).healthy
    assert progress.health({("duty", 0): "waits for an upgrade"}).why == "duty/0 waits for an upgrade"
    moment += STUCK_SECONDS + 1
    assert not progress.health({}).healthy


def test_a_worker_that_stopped_taking_records_is_ended_unless_it_may_not_take_them() -> None:
    moment = 0.0
    progress = Progress(Group("g", "nowhere"), DUTY, elapsed=lambda: moment)
    progress.note({PLACE: 5}, {PLACE: 9})
    moment += STUCK_SECONDS + 1
    progress.note({PLACE: 5}, {PLACE: 9})
    progress.judge({})
    moment += GIVE_UP_SECONDS
    progress.note({PLACE: 5}, {PLACE: 9})
    with pytest.raises(Stuck, match="4 records wait"):
        progress.judge({})
    progress.judge({("duty", 0): "waits for an upgrade"})


def test_a_worker_that_takes_records_again_is_not_ended() -> None:
    moment = 0.0
    progress = Progress(Group("g", "nowhere"), DUTY, elapsed=lambda: moment)
    for committed_offset in (5, 6):
        moment += GIVE_UP_SECONDS + 1
        progress.note({PLACE: committed_offset}, {PLACE: 9})
        progress.judge({})


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Process:
    """One service as its own process, with its health."""

    def __init__(self, running: asyncio.subprocess.Process, port: int) -> None:
        self.running, self.port = running, port
        self.may_have_ended = False

    async def health(self) -> tuple[int, dict[str, object]]:
        def ask() -> tuple[int, dict[str, object]]:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as found:
                    return found.status, json.load(found)
            except HTTPError as error:
                with error:
                    return error.code, json.load(error)
            except OSError:
                return 0, {}

        return await asyncio.to_thread(ask)

    async def is_healthy(self) -> bool:
        return (await self.health())[0] == 200

    async def is_done(self) -> bool:
        status, found = await self.health()
        return status == 200 and found["lag"] == 0


@asynccontextmanager
async def process(module: str, broker: Broker, **more: str) -> AsyncIterator[Process]:
    """`python -m module`, told to stop afterwards: it ends by itself, without a complaint."""
    port = free_port()
    environment = {
        **os.environ,
        "NOABER_KAFKA": broker.bootstrap,
        "NOABER_TOPIC_PREFIX": broker.prefix,
        "NOABER_HTTP_PORT": str(port),
        "NOABER_DATA_HOME": str(broker.home),
        **more,
    }
    errors = broker.home / f"{module}.{port}.log"
    with errors.open("wb") as log:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, env=environment, stderr=log
        )
    try:
        made = Process(running, port)
        yield made
        if not (made.may_have_ended and running.returncode):
            running.send_signal(signal.SIGTERM)
            code = await asyncio.wait_for(running.wait(), SECONDS)
            # Faust does not always let go of a consumer that was fenced; then the process ends without it.
            assert code == 0 or (made.may_have_ended and code == EXIT_STUCK)
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
        print(errors.read_text()[-6_000:])


def suggestions(events: Sequence[Event]) -> list[Suggestion]:
    return [event.state for event in events if isinstance(event.state, Suggestion)]


async def test_matching_answers_every_version_and_says_nothing_twice_across_a_restart(broker: Broker) -> None:
    whole = picture(*neighbour("GM0001", "joris"), *neighbour("GM0002", "anna"))
    states = [each for found in vars(whole).values() for each in found.values()]
    await broker.hears(*(record(each) for each in states), request(1, version=3))

    async def answered(version: int) -> bool:
        found = suggestions(await broker.holds(SUGGESTIONS))
        return any(each.request_version == version for each in found)

    async with process("services.matching", broker) as running:
        await until(lambda: answered(3))
        await until(running.is_done)
        first = suggestions(await broker.holds(SUGGESTIONS))
        await broker.hears(record(on_duty("joris", on=False), 2))
        await until(lambda: _more(broker, len(first)))
    gone = suggestions(await broker.holds(SUGGESTIONS))[-1]
    assert [each.person for each in gone.candidates] == [uid("anna")]
    before = await broker.holds(SUGGESTIONS)
    async with process("services.matching", broker) as running:
        await until(running.is_done)
        assert await broker.holds(SUGGESTIONS) == before
        await broker.hears(request(2, version=4))
        await until(lambda: answered(4))
        await until(running.is_done)
    versions = [event.envelope.version for event in await broker.holds(SUGGESTIONS)]
    assert versions == sorted(set(versions))


async def test_of_two_matchings_one_goes_on(broker: Broker) -> None:
    await broker.hears(*(record(each) for each in neighbour("GM0001", "joris")), request(1, version=3))

    async with process("services.matching", broker) as second:
        await until(second.is_done)
        async with process("services.matching", broker) as first:
            await until(first.is_done)
            running = [first.running, second.running]

            async def one_ended() -> bool:
                version = 4 + int(time.monotonic() * 10)
                await broker.hears(request(version % 7 + 1, version))
                return any(each.returncode is not None for each in running)

            await until(one_ended)
            assert sum(each.returncode is None for each in running) == 1
            first.may_have_ended = second.may_have_ended = True


def request(slots: int, version: int) -> tuple[Topic, Record]:
    needed_by = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)
    return record(asked(slots=slots, needed_by=needed_by, ends=None).request, version)


async def _more(broker: Broker, number: int) -> bool:
    return len(await broker.holds(SUGGESTIONS)) > number


async def test_the_clock_fires_what_is_due_even_what_fell_due_while_it_was_away(broker: Broker) -> None:
    now = datetime.now(UTC)
    early, late = (
        Deadline(id=uid(name), name=DeadlineName.EXPIRY, due=now + timedelta(seconds=seconds))
        for name, seconds in (("early", 1), ("late", 3_600))
    )
    one = commitment("one", "GM0001", "joris", state=CommitmentState.RESERVED, deadlines=(early,))
    two = commitment("two", "GM0001", "anna", state=CommitmentState.RESERVED, deadlines=(late,))
    await broker.hears(record(one), record(two))

    async def fired(name: str) -> bool:
        found = [event.state for event in await broker.holds(ALARMS)]
        return any(isinstance(each, Alarm) and each.id == uid(name) for each in found)

    async with process("services.clock", broker) as running:
        await until(lambda: fired("early"))
        await until(running.is_done)
        assert not await fired("late")
    # Nothing there was not taken before, and its table is lost: what is pending stands in the topic.
    await lose_topic(broker.bootstrap, f"{broker.prefix}noaber-clock-pending-changelog")
    async with process("services.clock", broker, NOABER_CLOCK_OFFSET_SECONDS="7200") as running:
        await until(lambda: fired("late"))
        final = commitment("two", "GM0001", "anna", state=CommitmentState.FINAL)
        await broker.hears(record(one.model_copy(update={"deadlines": ()}), 2), record(final, 2))
        await until(running.is_done)
    alarms = await broker.holds(ALARMS)
    async with process("services.clock", broker, NOABER_CLOCK_OFFSET_SECONDS="9000") as running:
        await until(running.is_done)
        await asyncio.sleep(2)
    assert await broker.holds(ALARMS) == alarms
