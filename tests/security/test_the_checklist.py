"""The checklist names every requirement of levels 1 and 2 once, and nothing as evidence that is not there."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.checkout import ROOT, functions, text

CHECKLIST: Final = Path("tests/security/ASVS.md")
DOCUMENTS: Final = (CHECKLIST, Path("tests/security/THREATS.md"))
NAMED: Final = r"`([^`\s]+/[^`\s]+|[\w-]+\.(?:lock|md|toml))`"
"""A file, and perhaps a test in it."""

STATES: Final = {"met", "part", "gap", "none"}

# The last number of levels 1 and 2 in each section of ASVS 5.0.0; those of level 3 follow behind them.
ASKED: Final = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip


def lines() -> Iterator[tuple[list[str], str, str]]:
    """Numbers, state and evidence of every line of the checklist."""
    for line in text(CHECKLIST).splitlines():
        if re.match(r"\| \d", line):
            numbers, _, state, evidence = (cell.strip() for cell in line.strip("|").split("|"))
            yield [each for part in numbers.split(", ") for each in expanded(part)], state, evidence


def expanded(part: str) -> list[str]:
    """`6.2.1-6.2.3` stands for three."""
    first, _, last = part.partition("-")
    section, _, start = first.rpartition(".")
    end = last.rpartition(".")[2] or start
    assert not last or last.startswith(f"{section}."), part
    return [f"{section}.{number}" for number in range(int(start), int(end) + 1)]


@cache
def names_in(path: Path) -> frozenset[str]:
    return frozenset(function.name for function in functions(path))


def missing(document: Path) -> list[str]:
    """What a document points at that is not there."""
    found = []
    for named in re.findall(NAMED, text(document)):
        path, _, test = named.partition("::")
        inside = [base / path for base in (ROOT, ROOT / document.parent) if (base / path).exists()]
        if path.startswith("/"):
            continue
        if not inside or (test and test not in names_in(Path(path))):
            found.append(named)
    return found


def test_every_requirement_of_levels_1_and_2_stands_there_once_and_no_other() -> None:
    asked = {f"{section}.{number}" for section, last in ASKED.items() for number in range(1, last + 1)}
    assert len(asked) == 253
    listed = Counter(number for numbers, _, _ in lines() for number in numbers)
    assert set(listed) == asked
    assert [number for number, times in listed.items() if times > 1] == []


def test_they_stand_in_the_order_of_the_standard_chapter_by_chapter() -> None:
    chapters = [int(numbers[0].split(".")[0]) for numbers, _, _ in lines()]
    assert all(before <= after for before, after in pairwise(chapters))


def test_what_is_said_to_be_met_names_what_shows_it_and_the_rest_a_reason() -> None:
    for numbers, state, evidence in lines():
        assert state in STATES, numbers
        named = re.search(NAMED, evidence)
        assert named if state == "met" else len(evidence) > 5, numbers


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_all_that_is_named_as_evidence_is_there(document: Path) -> None:
    assert missing(document) == []
