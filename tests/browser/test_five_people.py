"""The main job in Chromium: five people with a page each, and a curious neighbour."""

from pathlib import Path

import pytest

from deploy.running import Running
from tests.browser.node_script import run_script

STEPS = 10


@pytest.mark.timeout(300)
def test_five_people_do_the_main_job_without_a_reload(
    platform: Running, node_modules: Path, tmp_path: Path
) -> None:
    done = run_script(node_modules, "five-people.mjs", str(platform.platform.base), str(tmp_path))
    lines = "\n".join(platform.last_lines("live") + platform.last_lines("aid"))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{lines}"
    assert done.stdout.count("ok  ") == STEPS
