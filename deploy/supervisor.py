"""Keeps processes running: restarts what dies, slower each time, and stops all of them in the end."""

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.bootstrap import SetupFailed
from deploy.parts.spawn import spawn

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 10.0
FAILING_DEATHS: Final = 5
FAILING_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.1


@dataclass
class Child:
    """One process to keep: what runs it, and what became of it so far."""

    name: str
    command: Callable[[], list[str]]
    environment: dict[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = None
    restarts: int = 0
    deaths: list[float] = field(default_factory=list)
    start_again_at: float = 0.0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    @property
    def is_failing(self) -> bool:
        """Whether it died so often within a minute that somebody should look."""
        recent = [death for death in self.deaths if time.monotonic() - death < FAILING_SECONDS]
        return len(recent) >= FAILING_DEATHS


class Supervisor:
    """Starts children in order, watches them from a thread, stops them in reverse order."""

    def __init__(self, home: Path, logs: Path) -> None:
        self._home = home
        self._logs = logs
        self.children: list[Child] = []
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._watching = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._lock = threading.Lock()
        self.changed: Callable[[], None] = lambda: None

    def start(self, child: Child) -> None:
        """Start one more child, and keep it from now on."""
        with self._lock:
            self._spawn(child)
            self.children.append(child)
        if not self._watching.is_alive():
            self._watching.start()

    def stop(self) -> None:
        """Stop every child, the last started first; kill what does not end in time."""
        with self._lock:
            self._stopping.set()
        for group in (self.children[2:], self.children[:2]):
            # The first two are Kafka and Postgres: everybody else lets go of them first.
            for child in reversed(group):
                if child.process is not None and child.process.poll() is None:
                    child.process.send_signal(child.stop_signal)
            _wait_or_kill([child.process for child in group if child.process is not None])
        self._stopped.set()
        if self._watching.is_alive():
            self._watching.join()

    def log(self, name: str) -> Path:
        """Where a child's output goes."""
        return self._logs / f"{name}.log"

    def _spawn(self, child: Child) -> None:
        child.process = spawn(
            child.command(), self.log(child.name), self._home, child.environment, child.user
        )

    def _watch(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            with self._lock:
                if self._stopping.is_set():
                    break
                restarted = [self._mend(child) for child in self.children]
            if any(restarted):
                self.changed()
        # Linux ends a child when the thread that started it ends, so this one outlives what it restarted.
        self._stopped.wait()

    def _mend(self, child: Child) -> bool:
        now = time.monotonic()
        if child.pid is not None:
            return False
        if not child.start_again_at:
            child.deaths.append(now)
            recent = sum(now - death < FAILING_SECONDS for death in child.deaths)
            child.start_again_at = now + min(FIRST_PAUSE * 2 ** (recent - 1), LONGEST_PAUSE)
            return False
        if now < child.start_again_at:
            return False
        child.start_again_at = 0.0
        child.restarts += 1
        # What cannot even be started counts as one more death: it is tried again, and shows as failing.
        with contextlib.suppress(OSError, SetupFailed):
            self._spawn(child)
        return True


def _wait_or_kill(processes: "list[subprocess.Popen[bytes]]") -> None:
    end = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
