"""`make pages`: what the pages prove by themselves: types, units, sizes, and each screen in a browser."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from typing import Final

from deploy.bootstrap import SetupFailed, home_of
from deploy.parts import frontend

SUFFIX: Final = ".test.mjs"
TESTS: Final = frontend.FRONTEND / "tests" / "browser"


def main(arguments: list[str]) -> int:
    """0 when all of it is well; what a step that is not said stands on the screen."""
    names = sorted(file.name.removesuffix(SUFFIX) for file in TESTS.glob(f"*{SUFFIX}"))
    parser = ArgumentParser(prog="make pages", epilog="Example: make pages ONLY=trust")
    parser.add_argument("--only", metavar="NAME", choices=names, help=f"one test: {', '.join(names)}")
    only = parser.parse_args(arguments).only
    home = home_of(os.environ)
    try:
        frontend.install(home)
        for script in ("check", "build") if only else ("check", "test", "build", "sizes"):
            print(f"+ npm run {script}", flush=True)
            frontend.run_npm(home, "run", script)
    except SetupFailed as failed:
        print(f"Stopped: {failed}", file=sys.stderr)
        return 1
    node = [str(frontend.node_folder() / "node"), "--test", "--test-concurrency=1"]
    files = [str(TESTS / f"{name}{SUFFIX}") for name in ([only] if only else names)]
    ended = subprocess.run(
        [*node, *files], cwd=frontend.FRONTEND, env=frontend.environment(home), check=False
    )
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
