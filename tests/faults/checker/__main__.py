"""`python -m tests.faults.checker FILE ...`: checks a stored run again; exit code 1 on a violation."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from tests.faults.checker import judge
from tests.faults.checker.history import read


def main(arguments: list[str]) -> int:
    """0 where nothing is wrong; 2 where a file is none of ours."""
    name = "python -m tests.faults.checker"
    example = f"Example: {name} history.jsonl"
    parser = ArgumentParser(prog=name, description="Checks a stored run again.", epilog=example)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a history, a JSON object a line")
    try:
        history = read(parser.parse_args(arguments).files)
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        print(f"Stopped: this is no history of a run: {wrong}", file=sys.stderr)
        return 2
    verdict = judge(history)
    for violation in verdict.violations:
        print(violation)
    for lost in verdict.lost:
        print(f"lost by a restore: {lost}")
    print(f"{len(verdict.violations)} violations, {len(verdict.lost)} lost by a restore")
    return 1 if verdict.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
