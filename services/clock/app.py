"""Wires the clock: commitments and deliveries into tables, and twice a second what is due onto topics."""

from typing import Final

import faust
from faust.types import StreamT

from schemas.events.commitment import Commitment
from schemas.events.delivery import Delivery
from schemas.state import State
from schemas.topics import COMMITMENTS, DELIVERIES
from services.clock.handlers import Clock, Table
from services.runtime.consume import Policy
from services.runtime.dead_letters import KafkaDeadLetters
from services.runtime.health import health_server
from services.runtime.now import clock
from services.runtime.prepare import create_topics
from services.runtime.process import together
from services.runtime.relay import KafkaPublisher
from services.runtime.settings import Settings
from services.runtime.standing import standing
from services.runtime.worker import (
    Group,
    Progress,
    bytes_table,
    consume,
    producer,
    run_worker,
    source,
    worker_app,
)

TICK_SECONDS: Final = 0.5


async def run(settings: Settings) -> None:
    """Run until cancelled; raises what made it end."""
    group = Group(
        "noaber-clock",
        settings.kafka,
        settings.topic_prefix,
        data_home=settings.data_home,
        replicas=settings.topic_replicas,
    )
    await create_topics(settings.kafka, settings.topic_prefix, settings.topic_replicas)
    publisher = KafkaPublisher(settings.kafka)
    progress = Progress(group, COMMITMENTS, DELIVERIES)
    try:
        async with producer(settings.kafka) as graves:
            app = worker_app(group)
            tables: dict[type[State], Table] = {
                Commitment: bytes_table(app, "pending", COMMITMENTS),
                Delivery: bytes_table(app, "turns", DELIVERIES),
            }
            now = clock(settings.clock_offset_seconds)
            hand = Clock(tables, publisher, now, settings.topic_prefix)
            policy = Policy(hand.take, KafkaDeadLetters(graves, settings.topic_prefix))
            _wire(app, group, hand, policy)
            hand.stood(await standing(settings.kafka, settings.topic_prefix, (COMMITMENTS, DELIVERIES)))
            async with health_server(
                settings.http_port, lambda: progress.health(policy.waiting), settings.http_host
            ):
                await together(run_worker(app), progress.run(lambda: policy.waiting))
    finally:
        await publisher.stop()


def _wire(app: faust.App, group: Group, hand: Clock, policy: Policy) -> None:
    async def commitments(stream: "StreamT[bytes]") -> None:
        await consume(stream, policy, group.prefix)

    async def deliveries(stream: "StreamT[bytes]") -> None:
        await consume(stream, policy, group.prefix)

    async def tick() -> None:
        await hand.fire()

    app.agent(source(app, group, COMMITMENTS), name="commitments")(commitments)
    app.agent(source(app, group, DELIVERIES), name="deliveries")(deliveries)
    app.timer(TICK_SECONDS)(tick)
