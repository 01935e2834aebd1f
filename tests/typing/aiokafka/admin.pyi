"""The part of aiokafka's admin client that is used here."""

from collections.abc import Mapping, Sequence
from typing import Any

class NewTopic:
    name: str
    num_partitions: int
    def __init__(
        self,
        name: str,
        num_partitions: int,
        replication_factor: int,
        *,
        topic_configs: Mapping[str, str] | None = ...,
    ) -> None: ...

class AIOKafkaAdminClient:
    def __init__(self, *, bootstrap_servers: str) -> None: ...
    async def start(self) -> None: ...
    async def close(self) -> None: ...
    async def list_topics(self) -> list[str]: ...
    async def create_topics(self, new_topics: Sequence[NewTopic]) -> Any: ...
    async def describe_topics(self, topics: Sequence[str]) -> list[dict[str, Any]]: ...
