"""The process that solves: the same plan as here, and an end whenever the one it works for ends."""

import asyncio
import io
import sys
from dataclasses import replace

import numpy as np
import pytest

from services.matching.rules.flow import solve
from services.matching.rules.known import Known
from services.matching.rules.network import Problem
from services.matching.rules.suggest import Plan
from services.matching.solver import NoProblem, serve, solver_process
from tests.unit.matching.pictures import NOW, asked, neighbour, picture


def problem() -> Problem:
    states = (asked(slots=2), asked("other"), *neighbour("GM0001", "joris", "anna"), *neighbour("GM0002"))
    (found,) = Plan(Known(picture(*states), NOW)).problems
    return found


async def test_what_is_solved_elsewhere_is_what_is_solved_here() -> None:
    async with solver_process() as solve_there:
        assert await solve_there(problem()) == solve(problem()) != []
        assert await solve_there(problem()) == solve(problem())


async def test_who_waits_for_a_solver_that_died_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    async with asyncio.timeout(20), solver_process() as solve_there:
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await solve_there(replace(problem(), lenders=np.array([10**6])))
    assert "Traceback" in capfd.readouterr().err


async def test_the_solver_ends_when_nobody_is_left_to_write_to_it() -> None:
    alone = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.matching.solver", stdin=asyncio.subprocess.PIPE
    )
    assert alone.stdin is not None
    alone.stdin.close()
    assert await asyncio.wait_for(alone.wait(), 20) == 0


def test_nothing_in_is_nothing_out() -> None:
    out = io.BytesIO()
    serve(io.BytesIO(), out)
    assert out.getvalue() == b""


@pytest.mark.parametrize("told", [b"a problem of words", bytes(8) + b"short", (9).to_bytes(8) + b"PK but no"])
def test_what_is_no_problem_is_said_to_be_none(told: bytes) -> None:
    with pytest.raises(NoProblem):
        serve(io.BytesIO(told), io.BytesIO())
