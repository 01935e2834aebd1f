"""What the whole proof leaves behind: nothing."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy.bootstrap import ROOT
from deploy.parts.postgres import OUTSIDE, OWNER, outside_name

MAKE = """#!/bin/sh
# In the place of make: a platform of the proof's own home that root started, and that was killed.
mkdir "$LEFT"
echo -n "$NOABER_HOME/up/data/postgres" > "$LEFT/owner"
echo "$HOME" > "$WHERE"
exit 1
"""


@pytest.mark.parametrize("whose", ["its own", "another's"])
def test_a_database_outside_goes_with_the_home_of_the_proof(whose: str, tmp_path: Path) -> None:
    left = OUTSIDE / outside_name(tmp_path / whose)
    (tmp_path / "make").write_text(
        MAKE if whose == "its own" else MAKE.replace("$NOABER_HOME/", f"{tmp_path}/")
    )
    (tmp_path / "make").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    told = {"PATH": path, "LEFT": str(left), "WHERE": str(tmp_path / "home")}
    try:
        assert subprocess.run([ROOT / ".ci" / "run"], env=told, check=False).returncode == 1
        assert not Path((tmp_path / "home").read_text().strip()).exists()
        assert (left / OWNER).exists() is (whose == "another's")
    finally:
        (left / OWNER).unlink(missing_ok=True)
        if left.exists():
            left.rmdir()
