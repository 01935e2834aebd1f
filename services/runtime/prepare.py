"""Creates every topic before anybody uses one, and refuses to go on with wrong partition counts."""

import asyncio
from collections.abc import Collection
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.command_line import command_line
from schemas.topics import DEAD_LETTER_CONFIG, TOPICS
from services.runtime.settings import Broker, Positive, Prefix, read

DEAD_LETTER_PARTITIONS: Final = 1


class PrepareSettings(BaseSettings):
    """Where Kafka is, and what stands before the topics' names."""

    model_config = SettingsConfigDict(env_prefix="NOABER_", frozen=True, extra="ignore")

    kafka: Broker
    topic_prefix: Prefix = ""
    topic_replicas: Positive = 1


KNOWN_SECONDS: Final = 30
"""A broker answers that a topic is made before it knows its partitions: so long it may take."""


class WrongPartitions(Exception):
    """A topic exists with another number of partitions: keys would move, so nothing may start."""


def wanted(prefix: str, replicas: int) -> list[NewTopic]:
    """Every topic and its dead letters, under a prefix."""
    states = [
        NewTopic(prefix + topic.name, topic.partitions, replicas, topic_configs=topic.config)
        for topic in TOPICS
    ]
    dead = [
        NewTopic(
            prefix + topic.dead_letters, DEAD_LETTER_PARTITIONS, replicas, topic_configs=DEAD_LETTER_CONFIG
        )
        for topic in TOPICS
    ]
    return [*states, *dead]


async def create_topics(bootstrap: str, prefix: str = "", replicas: int = 1) -> None:
    """Create what is missing. Raises WrongPartitions where a topic has another count.

    A worker that meets an auto-created topic loses events while it looks healthy (faust 0.15): so nothing is
    ever created in passing.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        topics = wanted(prefix, replicas)
        await admin.create_topics([topic for topic in topics if topic.name not in existing])
        await _check(admin, {topic.name: topic.num_partitions for topic in topics})
    finally:
        await admin.close()


async def _check(admin: AIOKafkaAdminClient, counts: dict[str, int]) -> None:
    async with asyncio.timeout(KNOWN_SECONDS):
        # The broker tells nobody when it knows: asking again is the only way.
        while 0 in (found := await partitions_in(admin, counts)).values():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    for name, partitions in found.items():
        if partitions != counts[name]:
            raise WrongPartitions(f"topic {name} has {partitions} partitions; it must have {counts[name]}")


async def partitions_in(admin: AIOKafkaAdminClient, names: Collection[str]) -> dict[str, int]:
    """Topic -> how many partitions it has; 0 for one that is not known (yet)."""
    described = await admin.describe_topics(list(names))
    return {found["topic"]: len(found["partitions"]) for found in described}


if __name__ == "__main__":
    command_line("services.runtime.prepare", "Makes the topics that are missing.").parse_args()
    found = read(PrepareSettings)
    asyncio.run(create_topics(found.kafka, found.topic_prefix, found.topic_replicas))
