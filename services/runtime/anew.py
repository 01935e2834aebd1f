"""Reads topics for ever, beside work that goes on without: what is away, or began anew, is waited out."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from aiokafka.errors import KafkaError

from services.runtime.replica import Newest, StartOver

log: Final = logging.getLogger(__name__)

ANEW_SECONDS: Final = 2.0


async def read_anew(newest: Callable[[], Newest]) -> None:
    """Read from the beginning each time; never returns."""
    while True:
        try:
            await newest().run()
        except (KafkaError, StartOver) as away:
            log.warning("topics are read from their beginning: %s", away)
        await asyncio.sleep(ANEW_SECONDS)
