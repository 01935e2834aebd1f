"""A process may have more files open than the shell that started it gives, and never more than it may."""

import subprocess
import sys

import pytest

from deploy.bootstrap import ROOT

ASKS = """
import resource, sys
from services.runtime.process import allow_files
soft, hard, wanted = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
allow_files(wanted)
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "allowed"), [(100, 500, 300, 300), (100, 500, 900, 500), (400, 500, 300, 400)]
)
def test_the_limit_rises_to_what_is_asked_for_or_may_be_had_and_never_falls(
    soft: int, hard: int, wanted: int, allowed: int
) -> None:
    told = [sys.executable, "-c", ASKS, str(soft), str(hard), str(wanted)]
    found = subprocess.run(told, cwd=ROOT, check=True, capture_output=True, text=True)
    assert int(found.stdout) == allowed
