"""`make test` runs every folder of tests, each module once, and fails when one of its groups does."""

import os
from itertools import chain
from pathlib import Path

import pytest

from deploy.verbs.test import GROUPS, run_groups
from tests.architecture.checkout import modules


def test_every_folder_with_tests_stands_in_one_group_and_every_name_is_there() -> None:
    tests = [path for path in modules("tests/") if path.name.startswith("test_")]
    named = [*chain(*GROUPS)]
    assert len(named) == len({*named})
    assert {"/".join(path.parts[:2]) for path in tests} <= {*named}
    assert {*named} <= {str(each) for path in tests for each in (path, *path.parents)}


@pytest.mark.parametrize("bad", [0, 1])
def test_one_group_that_fails_fails_the_run_and_what_it_said_is_shown(
    bad: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    groups = [(str(tmp_path / "folder"),), (str(tmp_path / "folder" / "test_1.py"),)]
    (tmp_path / "folder").mkdir()
    for number in (0, 1):
        file = tmp_path / "folder" / f"test_{number}.py"
        file.write_text(f"def test_{number}():\n    assert {number} != {bad}\n")
    environment = {**os.environ, "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    assert run_groups(groups, environment, 2) == 1
    said = capfd.readouterr().out
    assert said.count("1 failed") == said.count("1 passed") == 1
    assert "2 failed" not in said and "collected 2" not in said
