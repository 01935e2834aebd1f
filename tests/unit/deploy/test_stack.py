"""What a service is told follows from the platform that it belongs to."""

from pathlib import Path

import pytest

from deploy.stack import BY_NAME, DEMO_LIMITS, Platform, environment, secrets_in
from services.runtime.settings import Mode, Seed


@pytest.mark.parametrize(("mode", "raised"), [(Mode.DEMO, len(DEMO_LIMITS)), (Mode.REAL, 0)])
def test_only_where_one_machine_plays_everybody_are_the_limits_raised(
    mode: Mode, raised: int, tmp_path: Path
) -> None:
    platform = Platform(7400, mode, Seed.NONE, tmp_path, secrets_in(tmp_path / "secrets.json"))
    told = environment(platform, BY_NAME["aid"])
    assert len(DEMO_LIMITS.items() & told.items()) == raised
    assert sum(name.startswith("NOABER_LIMIT") for name in told) == max(0, raised - 1)
