"""The pages by themselves: types, their unit tests, sizes, and every screen in a browser with axe."""

from pathlib import Path

import pytest

from deploy.parts import frontend


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "script", ["check", "test", "sizes", "test:browser"], ids=["types", "units", "sizes", "screens"]
)
def test_the_front_ends_own_checks_pass(script: str, node_modules: Path) -> None:
    if script in {"sizes", "test:browser"}:
        frontend.run_npm(node_modules, "run", "build")
    frontend.run_npm(node_modules, "run", script)
