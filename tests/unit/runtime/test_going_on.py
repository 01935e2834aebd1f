"""A signal of its own user lets a process go on that halted at dead letters, and does not end it."""

import signal
import subprocess
import sys

import pytest

HALTED = """
import asyncio
from contextlib import asynccontextmanager
from schemas.envelope import Record
from services.runtime.consume import DEAD_IN_A_ROW, Policy
from services.runtime.ports import Place
from tests.contract.doubles import MemoryGraveyard

async def halts_and_goes_on(*_):
    policy = Policy(None, MemoryGraveyard())
    for _ in range(DEAD_IN_A_ROW + 1):
        await policy.consume(Place("duty", 0, 7), Record(b"x", b"not json", ()))
    print(len(policy.waiting), flush=True)
    async with asyncio.timeout(10):
        while policy.waiting:
            await asyncio.sleep(0.01)
    print("goes on", flush=True)
"""
OWNER = """
from fastapi import FastAPI
from deploy.parts.ports import free_port
from services.runtime.serve import serve

@asynccontextmanager
async def lifespan(_):
    task = asyncio.create_task(halts_and_goes_on())
    yield

serve(FastAPI(lifespan=lifespan), free_port())
"""
READER = """
from services.runtime.process import run
run(halts_and_goes_on())
"""


@pytest.mark.parametrize("ends", [OWNER, READER], ids=["an owner", "a reader"])
def test_a_process_that_halted_goes_on_at_a_signal(ends: str) -> None:
    command = [sys.executable, "-c", HALTED + ends]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        process.send_signal(signal.SIGUSR1)
        assert process.stdout.readline() == "goes on\n"
        process.terminate()
