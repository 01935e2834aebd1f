"""`python -m tests.faults.checker FILE ...`: checks a stored run again; exit code 1 on a violation."""

import sys
from pathlib import Path

from tests.faults.checker import judge
from tests.faults.checker.history import read

verdict = judge(read(map(Path, sys.argv[1:])))
for violation in verdict.violations:
    print(violation)
for lost in verdict.lost:
    print(f"lost by a restore: {lost}")
print(f"{len(verdict.violations)} violations, {len(verdict.lost)} lost by a restore")
sys.exit(1 if verdict.violations else 0)
