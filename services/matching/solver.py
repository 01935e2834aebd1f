"""Solves plans in a process of its own: OR-Tools holds Python's lock meanwhile, and hints cannot wait."""

import asyncio
import io
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any, BinaryIO, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from schemas.command_line import command_line
from services.matching.handlers.planner import Solve
from services.matching.rules.flow import Taken, solve
from services.matching.rules.network import Problem

SIZE_BYTES: Final = 8
MOST_BYTES: Final = 1 << 30
"""More than ten times what the whole country is."""
STOP_SECONDS: Final = 5.0
"""Longer than the longest solving: the process ends by itself when nobody writes to it any more."""


class NoProblem(Exception):
    """What came in is nothing to solve."""


@asynccontextmanager
async def solver_process() -> AsyncIterator[Solve]:
    """Problems go to another process, one at a time, and their solutions come back.

    Raises IncompleteReadError or ConnectionError when that process ends: its own error is in the log.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    writer, reader = process.stdin, process.stdout

    async def solve_there(problem: Problem) -> list[Taken]:
        writer.write(_framed(**{each.name: getattr(problem, each.name) for each in fields(Problem)}))
        await writer.drain()
        size = int.from_bytes(await reader.readexactly(SIZE_BYTES))
        return _taken(_unpacked(await reader.readexactly(size))["taken"])

    try:
        yield solve_there
    finally:
        writer.close()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Solve whatever comes in, until nothing comes any more: also when the other end was killed.

    Raises NoProblem.
    """
    while size := incoming.read(SIZE_BYTES):
        problem = _problem(size, incoming)
        outgoing.write(_framed(taken=_table(solve(problem))))
        outgoing.flush()


def _problem(size: bytes, incoming: BinaryIO) -> Problem:
    announced = int.from_bytes(size)
    if announced > MOST_BYTES:
        raise NoProblem(f"{announced} bytes are announced")
    try:
        return Problem(**_unpacked(incoming.read(announced)))
    except (ValueError, TypeError, EOFError, BadZipFile) as wrong:
        raise NoProblem(type(wrong).__name__) from wrong


def _framed(**arrays: NDArray[Any]) -> bytes:
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    return len(packed.getbuffer()).to_bytes(SIZE_BYTES) + packed.getvalue()


def _unpacked(packed: bytes) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        return dict(arrays)


def _table(taken: Sequence[Taken]) -> NDArray[np.int64]:
    rows = [(each.option, each.units, each.price) for each in taken]
    return np.array(rows, dtype=np.int64).reshape(len(rows), 3)


def _taken(table: NDArray[Any]) -> list[Taken]:
    return [Taken(*row) for row in table.tolist()]


if __name__ == "__main__":
    command_line(
        "services.matching.solver", "Solves what it reads, as the child of services.matching.", "< problems"
    ).parse_args()
    # A terminal's Ctrl-C goes to all; this one ends with the process that it works for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except NoProblem as what:
        sys.exit(f"Stopped: standard input holds no problem of services.matching ({what})")
