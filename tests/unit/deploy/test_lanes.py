"""`make test` runs every folder of tests, and fails when one of its lanes does."""

import os
from pathlib import Path

import pytest

from deploy.verbs.test import LANES, run_lanes
from tests.architecture.checkout import modules


def test_every_folder_with_tests_stands_in_one_lane() -> None:
    folders = {"/".join(path.parts[:2]) for path in modules("tests/") if path.name.startswith("test_")}
    assert sorted(folder for lane in LANES for folder in lane) == sorted(folders)


@pytest.mark.parametrize("bad", [0, 1])
def test_one_lane_that_fails_fails_the_run_and_what_it_said_is_shown(
    bad: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = []
    for number in (0, 1):
        file = tmp_path / f"test_{number}.py"
        file.write_text(f"def test_{number}():\n    assert {number} != {bad}\n")
        files.append((str(file),))
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    assert run_lanes(files, environment) == 1
    said = capfd.readouterr().out
    assert "1 failed" in said and "1 passed" in said
