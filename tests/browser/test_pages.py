"""The pages by themselves: types, their unit tests, sizes, and every screen in a browser with axe."""

from pathlib import Path

import pytest

from deploy.parts import frontend


@pytest.fixture(scope="module")
def built(node_modules: Path) -> Path:
    """The home, with the pages built where their own tests look for them."""
    frontend.run_npm(node_modules, "run", "build")
    return node_modules


@pytest.mark.timeout(900)
@pytest.mark.parametrize("script", ["check", "test"], ids=["types", "units"])
def test_the_front_ends_own_checks_pass(script: str, node_modules: Path) -> None:
    frontend.run_npm(node_modules, "run", script)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("script", ["sizes", "test:browser"], ids=["sizes", "screens"])
def test_the_built_pages_pass_their_checks(script: str, built: Path) -> None:
    frontend.run_npm(built, "run", script)
