"""The main job in Chromium: five people with a page each, and a curious neighbour."""

import subprocess
from pathlib import Path

import pytest

from deploy.parts import frontend
from deploy.running import Running

STEPS = 10


@pytest.mark.timeout(300)
def test_five_people_do_the_main_job_without_a_reload(
    platform: Running, node_modules: Path, tmp_path: Path
) -> None:
    command = [str(frontend.node_folder() / "node"), "tests/browser/five-people.mjs"]
    done = subprocess.run(
        [*command, str(platform.platform.base), str(tmp_path)],
        cwd=frontend.FRONTEND,
        env=frontend.environment(node_modules),
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
    )
    lines = "\n".join(platform.last_lines("live") + platform.last_lines("aid"))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{lines}"
    assert done.stdout.count("ok  ") == STEPS
