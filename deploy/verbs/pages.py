"""`make pages`: what the pages prove by themselves: types, units, sizes, and each screen in a browser."""

import os
import shlex
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from deploy.bootstrap import SetupFailed, home_of
from deploy.parts import frontend
from schemas.setting_names import refuse_unknown

SUFFIX: Final = ".test.mjs"
TESTS: Final = frontend.FRONTEND / "tests" / "browser"


def main(arguments: list[str]) -> int:
    """0 when all of it is well; what a step that is not said stands on the screen."""
    names = sorted(file.name.removesuffix(SUFFIX) for file in TESTS.glob(f"*{SUFFIX}"))
    refuse_unknown(os.environ)
    parser = ArgumentParser(prog="make pages", epilog="Example: make pages ONLY=trust")
    parser.add_argument("--only", metavar="NAME", choices=names, help=f"one test: {', '.join(names)}")
    parser.add_argument("--run", metavar="SCRIPT", help="instead, that script of frontend/package.json")
    told = parser.parse_args(arguments)
    only, home = told.only, home_of(os.environ)
    try:
        frontend.install(home)
        if told.run:
            script, *words = shlex.split(told.run)
            return _shown(home, frontend.npm("run", script, "--", *words))
        for script in ("check", "build") if only else ("check", "test", "build", "sizes"):
            print(f"+ npm run {script}", flush=True)
            frontend.run_npm(home, "run", script)
    except SetupFailed as failed:
        print(f"Stopped: {failed}", file=sys.stderr)
        return 1
    node = [str(frontend.node_folder() / "node"), "--test", "--test-concurrency=1"]
    files = [str(TESTS / f"{name}{SUFFIX}") for name in ([only] if only else names)]
    return _shown(home, [*node, *files])


def _shown(home: Path, command: list[str]) -> int:
    environment = frontend.environment(home)
    return subprocess.run(command, cwd=frontend.FRONTEND, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
