"""Processor time is counted once, for us or for others."""

import os
import subprocess
import sys

from tests.bench.machine import Process, cpu_seconds, descendants, orphans_adopted

LEAVES_AN_ORPHAN = """
import os, time
if os.fork():
    os._exit(0)
print(os.getpid(), flush=True)
while time.process_time() < 0.4:
    pass
"""


def test_a_process_and_all_below_it_are_one_family() -> None:
    found = [
        Process(1, 0, 9, 9),
        Process(5, 1, 1, 0),
        Process(6, 5, 2, 0),
        Process(7, 6, 3, 0),
        Process(8, 1, 4, 0),
    ]
    assert {each.pid for each in descendants(found, 5)} == {5, 6, 7}
    assert descendants(found, 99) == []


def test_the_time_of_a_process_whose_parent_ended_is_ours() -> None:
    before = cpu_seconds(os.getpid())
    with orphans_adopted():
        # The output ends when the orphan does.
        left = subprocess.run([sys.executable, "-c", LEAVES_AN_ORPHAN], check=True, stdout=subprocess.PIPE)
    after = cpu_seconds(os.getpid())
    os.waitpid(int(left.stdout), 0)
    assert after - before >= 0.3
