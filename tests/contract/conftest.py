"""A directory of a real platform for the tests of the ways in."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.contract.doorstep import directory, fill


@pytest.fixture
async def filled(database: str) -> str:
    """The database of one that was just set up: organisations, and nobody."""
    await fill(database)
    return database


@pytest.fixture
async def app(filled: str) -> AsyncIterator[Any]:
    async with directory(filled) as made:
        yield made
