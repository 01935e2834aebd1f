"""A link does to a connection what its line says, and lets everything through again afterwards."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.faults.links import Ends, Line, Link

SECONDS = 5.0
SILENT = 0.2


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1000):
        writer.write(piece.upper())
        await writer.drain()
    writer.close()


async def is_over(reader: asyncio.StreamReader) -> bool:
    """Whether the other side ended the connection, with or without a goodbye."""
    try:
        return not await asyncio.wait_for(reader.read(1000), SECONDS)
    except ConnectionError:
        return True


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    async with server, Link(Ends("a", "b"), server.sockets[0].getsockname()[1]) as made:
        yield made


class Talk:
    """One connection through the link."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, text: str) -> None:
        self.writer.write(text.encode())

    async def hear(self, seconds: float = SECONDS) -> str:
        return (await asyncio.wait_for(self.reader.read(1000), seconds)).decode()


@pytest.fixture
async def through(link: Link) -> AsyncIterator[Talk]:
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    yield Talk(reader, writer)
    writer.transport.abort()


async def test_a_whole_link_carries_both_ways(through: Talk) -> None:
    through.say("a")
    assert await through.hear() == "A"


async def test_a_cut_ends_what_is_open_and_refuses_what_is_new(link: Link, through: Talk) -> None:
    through.say("a")
    assert await through.hear() == "A"
    await link.become(Line.CUT)
    assert await is_over(through.reader)
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    assert await is_over(reader)
    writer.transport.abort()


async def test_what_was_said_on_a_frozen_link_arrives_when_it_is_whole_again(
    link: Link, through: Talk
) -> None:
    await link.become(Line.FROZEN)
    through.say("a")
    with pytest.raises(TimeoutError):
        await through.hear(SILENT)
    await link.become(Line.WHOLE)
    assert await through.hear() == "A"


async def test_on_a_half_open_link_what_is_asked_arrives_and_the_answer_does_not(
    link: Link, through: Talk
) -> None:
    await link.become(Line.HALF_OPEN)
    before = link.carried
    through.say("a")
    with pytest.raises(TimeoutError):
        await through.hear(SILENT)
    assert link.carried == before + 1
    await link.become(Line.WHOLE)
    assert await through.hear() == "A"


async def test_a_slow_link_loses_nothing(link: Link, through: Talk) -> None:
    await link.become(Line.SLOW, 0.05)
    through.say("a")
    assert await through.hear() == "A"
    assert link.late_seconds == 0.05
    await link.become(Line.WHOLE, 0.05)
    assert link.late_seconds == 0.0
