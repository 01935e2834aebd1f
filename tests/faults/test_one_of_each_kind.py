"""One fault of each kind under load, in one life: it recovers, and every picture is right again."""

import pytest

from tests.faults.kinds import Fault
from tests.faults.life import ACKNOWLEDGED

FAULTS = (Fault("kill", "aid"),)

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_the_platform_recovers_and_every_picture_is_right_again(life, fault) -> None:
    row = life.suffer(fault)
    assert not row.violations
    assert row.before >= ACKNOWLEDGED and row.after >= ACKNOWLEDGED and row.in_flight
    assert row.recovery is not None
