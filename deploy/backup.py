"""Backups: one dump of the database at one moment, and apart from it the keys that unseal names and numbers.

The dump holds no key. Of the keys only the newest file is kept, so that whoever was forgotten cannot be read
in any older dump either.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from deploy.bootstrap import SetupFailed
from deploy.claim import Claim
from deploy.kept_mode import keep_mode, kept_mode
from deploy.keyfile import renew
from deploy.parts.ports import free_port
from deploy.parts.postgres import FAST_STOP, Postgres
from deploy.parts.spawn import serving
from deploy.private_file import write_private
from deploy.provision import DATABASE, provision
from deploy.stack import OWNERS, POSTGRES, Platform, secrets_in
from deploy.steps import run_step
from deploy.unfinished import mark
from services.runtime.relay_process import LAST_BACKUP
from services.runtime.settings import Mode, Seed

FORMAT: Final = 1
DUMP: Final = "noaber.dump"
MANIFEST: Final = "manifest.json"
KEYS: Final = "keys.json"
SEALED_BY: Final = "directory.data_key"
"""The table whose rows stand in no dump."""


@dataclass(frozen=True)
class Backup:
    """A finished backup: a folder with a dump and a manifest that says what it should be.

    `mode`: whose people are in it; None in one of a release that did not say.
    """

    folder: Path
    made_at: str
    sha256: str
    mode: Mode | None = None

    @property
    def dump(self) -> Path:
        """The file that `pg_restore` reads."""
        return self.folder / DUMP

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Read a manifest. Raises SetupFailed where there is none of ours."""
        try:
            found = json.loads((folder / MANIFEST).read_text())
            if found["format"] != FORMAT:
                raise SetupFailed(f"{folder} is of format {found['format']}; this release reads {FORMAT}")
            mode = found.get("mode")
            return cls(folder, found["made_at"], found["sha256"], None if mode is None else Mode(mode))
        except (OSError, ValueError, KeyError, TypeError) as unreadable:
            raise SetupFailed(f"{folder} holds no backup: {unreadable}") from unreadable

    def check(self) -> None:
        """Raise SetupFailed when the dump is not what was written then."""
        if _digest(self.dump) != self.sha256:
            raise SetupFailed(f"{self.dump} is not what was written at {self.made_at}: use another")


def platform_in(place: Path, base: int) -> Platform:
    """The platform of a place, as far as its tables and topics go."""
    return Platform(base, Mode.REAL, Seed.NONE, place, secrets_in(place / "secrets.json"))


def make_backup(home: Path, place: Path, base: int, folder: Path, keys: Path) -> Backup:
    """Back a running platform up into a new folder within `folder`; commands go on meanwhile."""
    now = datetime.now(UTC)
    name = f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03}Z"
    half = folder / f"{name}.half"
    folder.mkdir(parents=True, exist_ok=True)
    half.mkdir(mode=0o700)
    try:
        _dump(Postgres(home, place / "data" / "postgres", base + POSTGRES), half, now, kept_mode(place))
        # After the dump: who is forgotten in between has no key, and can be read nowhere. And the texts last:
        # who has no key was taken out of them before.
        platform = platform_in(place, base)
        held = run_step(platform, home, "services.directory", ["keys"])
        renew(keys, held, run_step(platform, home, "services.aid", ["redacted"]))
    except BaseException:
        # Half a backup restores nothing, and fills the disk that the next one needs.
        shutil.rmtree(half)
        raise
    half.rename(folder / name)
    # So that the platform can say how old its last backup is.
    (place / "data" / LAST_BACKUP).write_text(now.isoformat())
    return Backup.of(folder / name)


def _dump(postgres: Postgres, half: Path, now: datetime, mode: Mode | None) -> None:
    # Everything that was ever said stands in it: nobody else on the machine may read it.
    (half / DUMP).touch(mode=0o600)
    postgres.dump(DATABASE, half / DUMP, SEALED_BY)
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "sha256": _digest(half / DUMP),
        "mode": mode,
    }
    write_private(half / MANIFEST, json.dumps(manifest))


def newest_backup(folder: Path) -> Backup:
    """The folder itself where it is a backup, else the newest one within. Raises SetupFailed."""
    if (folder / MANIFEST).exists():
        return Backup.of(folder)
    found = sorted(manifest.parent for manifest in folder.glob(f"*Z/{MANIFEST}"))
    if not found:
        raise SetupFailed(f"{folder} holds no finished backup")
    return Backup.of(found[-1])


def restore(home: Path, place: Path, backup: Backup, keys: Path) -> list[str]:
    """Put a backup into an empty place; the next start fills Kafka from it. What was done, in lines.

    What an interrupted restore left there is replaced. Raises SetupFailed.
    """
    if not keys.exists():
        raise SetupFailed(f"{keys} is missing: without the keys no name can be read. Say where: --keys")
    backup.check()
    postgres = Postgres(home, place / "data" / "postgres", free_port())
    if not mark(place).exists() and (postgres.has_data or (place / "data" / "kafka").exists()):
        where = postgres.folder if postgres.has_data else place
        raise SetupFailed(
            f"there is data in {where} already, and a restore needs an empty home. Move it away, "
            "or set NOABER_HOME to an empty folder"
        )
    with Claim(place):
        mark(place).parent.mkdir(parents=True, exist_ok=True)
        mark(place).touch()
        postgres.remove_all()
        done = _fill(home, place, postgres, backup, keys.read_text())
        keep_mode(place, backup.mode)
        mark(place).unlink()
    return done


def _fill(home: Path, place: Path, postgres: Postgres, backup: Backup, keys: str) -> list[str]:
    platform = platform_in(place, postgres.port - POSTGRES)
    log = place / "log" / "postgres.log"
    done: list[str] = []
    try:
        postgres.prepare()
        with serving(postgres.command(), postgres.accepts, log, home, postgres.user, stop=FAST_STOP):
            provision(postgres.dsn, platform)
            postgres.load(DATABASE, backup.dump)
            for owner in OWNERS:
                run_step(platform, home, f"services.{owner}", ["migrate"])
                done += run_step(platform, home, f"services.{owner}", ["restored"], keys).splitlines()
    except BaseException:
        # Half a restore would look like data: nothing of it stays.
        postgres.remove_all()
        mark(place).unlink()
        raise
    return done


def _digest(file: Path) -> str:
    with file.open("rb") as dump:
        return hashlib.file_digest(dump, "sha256").hexdigest()
