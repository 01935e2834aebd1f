"""A directory of a real platform for the tests of the ways in."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from deploy.backing import Backing
from tests.conftest import fresh_database
from tests.contract.doorstep import directory, fill
from tests.contract.lying_provider import Liar, lying
from tests.contract.tables import Tables


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def just_set_up(backing: Backing) -> AsyncIterator[str]:
    """The name of a database of one that was just set up; copied, since setting one up takes a second."""
    async with fresh_database(backing) as made:
        await fill(made)
        yield made.rpartition("/")[2]


@pytest.fixture(scope="session")
def tables(backing: Backing) -> Tables:
    """Databases with the tables of one owner."""
    return Tables(backing)


@pytest.fixture
async def filled(backing: Backing, just_set_up: str) -> AsyncIterator[str]:
    """The database of one that was just set up: organisations, and nobody."""
    async with fresh_database(backing, just_set_up) as made:
        yield made


@pytest.fixture
async def app(filled: str) -> AsyncIterator[Any]:
    async with directory(filled) as made:
        yield made


@pytest.fixture
def liar() -> Iterator[Liar]:
    """An identity provider that says whatever it is told to."""
    with lying() as one:
        yield one
