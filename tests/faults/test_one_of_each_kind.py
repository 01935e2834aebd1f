"""One fault of each kind under load, in one life: it recovers, and nothing that was told was untrue."""

from dataclasses import dataclass

import pytest

from tests.faults.checker import Verdict
from tests.faults.clocks import library
from tests.faults.judging import judged
from tests.faults.kinds import KINDS, Fault
from tests.faults.life import ACKNOWLEDGED, Life, Row

FAULTS = (
    Fault("kill", "aid"),
    Fault("stop", "live", 5.0),
    Fault("cut", "aid>postgres", 2.0),
    Fault("frozen", "aid-relay>kafka", 3.0),
    Fault("half_open", "live>kafka", 3.0),
    Fault("slow", "caddy>aid", 2.0),
    Fault("disk", "kafka", 2.0),
    Fault("clock", "aid", 2.0),
    *([Fault("jump", "aid", 3.0)] if library() is not None else []),
    Fault("woken_relay", "aid-relay", 2.0),
    Fault("topic", "commitments"),
    Fault("kafka_lost", "kafka"),
    Fault("telephone", "falters", 4.0),
    Fault("postgres_restored", "postgres", 3.0),
)

pytestmark = pytest.mark.timeout(900)
"""All of them happen in the set-up of the first test: four minutes on a machine that does nothing else."""


@dataclass(frozen=True)
class Suffered:
    """What became of each fault, and of everything that people were told during the life."""

    rows: dict[str, Row]
    verdict: Verdict


@pytest.fixture(scope="module")
def suffered(life: Life) -> Suffered:
    rows = {fault.kind: life.suffer(fault) for fault in FAULTS}
    return Suffered(rows, judged(life.end().file))


@pytest.mark.parametrize("kind", [fault.kind for fault in FAULTS])
def test_the_platform_recovers_and_every_picture_is_right_again(suffered: Suffered, kind: str) -> None:
    row = suffered.rows[kind]
    assert not row.violations
    assert row.before >= ACKNOWLEDGED and row.after >= ACKNOWLEDGED and row.in_flight
    assert row.recovery is not None


def test_no_kind_is_left_out() -> None:
    assert KINDS.keys() - {fault.kind for fault in FAULTS} <= {"jump"}


def test_what_was_acknowledged_is_there_and_nobody_was_told_two_truths(suffered: Suffered) -> None:
    assert [str(each) for each in suffered.verdict.violations] == []
