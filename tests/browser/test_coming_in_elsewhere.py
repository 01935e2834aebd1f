"""From the page to one's organisation's own sign-in and back inside: Chromium at 390 px, in two languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.parts.ports import free_port
from deploy.running import Running, Wish
from tests.browser.node_script import run_script
from tests.certified import certified
from tests.contract.there_and_back import HOF, written_down

STEPS = 6


@pytest.fixture
def platform(node_modules: Path, tmp_path: Path) -> Iterator[Running]:
    """One that knows a provider, and the provider that sends browsers back to it."""
    port = free_port()
    file = written_down(tmp_path, f"http://127.0.0.1:{port}")
    settings = (("NOABER_PROVIDERS_FILE", str(file)),)
    wish = Wish(node_modules, tmp_path / "place", first_port=8600, settings=settings)
    running = Running(wish)
    with running, certified(port, f"{running.platform.origin}/api/directory/oidc/back/{HOF}"):
        yield running
    running.forget()


@pytest.mark.timeout(300)
def test_a_member_links_an_account_and_comes_in_with_it(
    platform: Running, node_modules: Path, tmp_path: Path
) -> None:
    done = run_script(node_modules, "elsewhere.mjs", str(platform.platform.base), str(tmp_path / "pictures"))
    lines = "\n".join(platform.last_lines("directory"))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{lines}"
    assert done.stdout.count("ok  ") == STEPS
