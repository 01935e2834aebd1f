"""What a service is told follows from the platform that it belongs to."""

import re
from pathlib import Path

import pytest

from deploy.bootstrap import ROOT
from deploy.stack import (
    BY_NAME,
    DEMO_LIMITS,
    SERVICES,
    UPGRADE,
    Platform,
    environment,
    secrets_in,
    told_to_gateway,
)
from services.runtime.settings import Mode, Seed


@pytest.mark.parametrize(("mode", "raised"), [(Mode.DEMO, len(DEMO_LIMITS)), (Mode.REAL, 0)])
def test_only_where_one_machine_plays_everybody_are_the_limits_raised(
    mode: Mode, raised: int, tmp_path: Path
) -> None:
    platform = Platform(7400, mode, Seed.NONE, tmp_path, secrets_in(tmp_path / "secrets.json"))
    told = environment(platform, BY_NAME["aid"])
    assert len(DEMO_LIMITS.items() & told.items()) == raised
    assert sum(name.startswith("NOABER_LIMIT") for name in told) == max(0, raised - 1)


def test_the_gateway_leads_to_whom_people_reach_and_to_nobody_else() -> None:
    gateway = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    led = set(re.findall(r"reverse_proxy \{\$(\w+)\}", gateway))
    reached = {told_to_gateway(each) for each in SERVICES if each.reached}
    assert led == reached, "deploy/Caddyfile: reverse_proxy; deploy/stack.py: reached=True"


def test_no_part_of_an_upgrade_is_empty() -> None:
    assert all(UPGRADE), "deploy/stack.py: group"
