"""Passkeys in Chromium, on phones that it plays: invitations, two phones, two people, and shut doors."""

from pathlib import Path

import pytest

from deploy.running import Running
from tests.browser.node_script import run_script

STEPS = 10


@pytest.mark.timeout(300)
def test_people_come_in_with_their_phones_and_a_removed_phone_is_out(
    platform: Running, node_modules: Path, tmp_path: Path
) -> None:
    done = run_script(node_modules, "ways-in.mjs", str(platform.platform.base), str(tmp_path))
    lines = "\n".join(platform.last_lines("directory") + platform.last_lines("live"))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{lines}"
    assert done.stdout.count("ok  ") == STEPS
