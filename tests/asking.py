"""A child process that answers one JSON line for each that it is told."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, Self

from deploy.bootstrap import ROOT, child_environment

ANSWER_SECONDS: Final = 120.0
STOP_SECONDS: Final = 10.0


class Asked:
    """`python -m module argument ...` with pipes; a context manager that ends it."""

    def __init__(self, home: Path, log: Path, module: str, *arguments: str) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env=child_environment(os.environ, home),
                cwd=ROOT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def tell(self, question: dict[str, Any]) -> None:
        """Say something; `answer` waits for what it says to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        self._process.stdin.flush()

    def answer(self, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
        """Its next line. Raises TimeoutError, or EOFError when it has ended."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            raise TimeoutError(f"no answer within {seconds} s")
        line = self._process.stdout.readline()
        if not line:
            raise EOFError("it has ended; see its log")
        found: dict[str, Any] = json.loads(line)
        return found
