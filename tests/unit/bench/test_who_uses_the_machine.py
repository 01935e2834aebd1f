"""Processor time is counted once, for us or for others."""

from tests.bench.machine import Process, descendants


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
