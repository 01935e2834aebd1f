"""What stands in a platform's own folder: unfinished work, secrets, certificates, logs, the last backup."""

import stat
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from deploy.bootstrap import SetupFailed
from deploy.doctor.finding import Finding, attention, urgent
from deploy.kept_mode import start_of
from deploy.last_backup import LastBackup, last_backup
from deploy.parts.postgres import Postgres
from deploy.stack import kept_secrets
from deploy.unfinished import mark
from services.runtime.settings import Mode

POSTGRES: Final = "18"
"""The version whose binaries are locked; it reads no data of another one."""

BACKUP_AGE: Final = timedelta(hours=24)
KEY_AGE: Final = timedelta(days=400)
SOON: Final = timedelta(days=14)
"""Caddy renews a certificate a month before its end: what comes so near was not renewed."""

LOGS: Final = 1_000_000_000


def look_at_place(home: Path, place: Path, mode: str | None, now: datetime) -> list[Finding]:
    """Everything that stands there; `mode` None: it never got ready, and nobody knows."""
    secrets = place / "secrets.json"
    return [
        *of_unfinished(place),
        *of_data(Postgres(home, place / "data" / "postgres", 0)),
        *of_secrets(place, start_of(place)),
        *of_private([secrets, place / "data" / "postgres" / "password", *_keys(place)]),
        *of_signing_key(secrets, now, start_of(place)),
        *of_certificates((place / "data" / "caddy").rglob("*.crt"), now),
        *of_logs(place / "log"),
        *of_backup(last_backup(place), mode, now),
    ]


def _keys(place: Path) -> list[Path]:
    last = last_backup(place)
    return [] if last is None else [Path(last.keys)]


def of_unfinished(place: Path) -> list[Finding]:
    """Whether a restore was interrupted."""
    if not mark(place).exists():
        return []
    what = f"a restore into {place} was interrupted"
    why = "what stands there is not whole, so it does not start"
    return [urgent("restore", what, why, "noaber restore DIR --keys FILE")]


def of_data(postgres: Postgres) -> list[Finding]:
    """Whether the data are of the Postgres that is here."""
    version = postgres.data_version
    if version in (None, POSTGRES):
        return []
    what = f"the data are of Postgres {version}, and this release brings {POSTGRES}"
    why = "it cannot read them, so it does not start"
    restore = "with this one, in an empty home: noaber restore DIR --keys FILE"
    mend = f"with the release that wrote them: noaber backup DIR --keys FILE; {restore}"
    return [urgent("postgres-data", what, why, mend)]


def of_secrets(place: Path, start: str) -> list[Finding]:
    """Whether the secrets that go with the data are there and whole. `start`: what starts this platform."""
    file = place / "secrets.json"
    if not file.exists():
        if not (place / "data").exists():
            return []
        what = f"{file} is not there, and the data of this platform are"
    else:
        try:
            kept_secrets(file)
        except SetupFailed:
            what = f"{file} cannot be read"
        else:
            return []
    why = (
        "it opens the database and signs sessions and push messages; with a new one everybody signs in again"
    )
    mend = f"put a copy of it back; without any: rm -f '{file}'; noaber stop; {start}"
    return [urgent("secrets", what, why, mend)]


def of_private(files: Iterable[Path]) -> list[Finding]:
    """Which files with secrets somebody else on the machine may read."""
    why = "whoever reads it can be anybody, or read every sealed name"
    return [
        urgent("private", f"{file} can be read by others on this machine", why, f"chmod 600 '{file}'")
        for file in files
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077
    ]


def of_signing_key(secrets: Path, now: datetime, start: str) -> list[Finding]:
    """Whether the key that signs is old. Its file is only written when one of its secrets changes.

    `start`: the command that starts this platform.
    """
    if not secrets.exists():
        return []
    age = now - datetime.fromtimestamp(secrets.stat().st_mtime, UTC)
    if age < KEY_AGE:
        return []
    what = f"the key that signs sessions is {age.days} days old"
    why = "a copy of it that got out somewhere opens everything for as long as it signs"
    return [attention("signing-key", what, why, f"noaber stop; noaber rotate; {start}")]


def of_certificates(files: Iterable[Path], now: datetime) -> list[Finding]:
    """Which of Caddy's certificates are over, or soon will be."""
    return [finding for file in sorted(files) for finding in _of_certificate(file, now)]


def _of_certificate(file: Path, now: datetime) -> list[Finding]:
    why = "browsers refuse the pages, and passkeys work nowhere else"
    mend = "noaber logs caddy"
    try:
        ends = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    except ValueError:
        return [attention("certificate", f"{file} is no certificate", why, mend)]
    if ends <= now:
        return [urgent("certificate", f"{file.name} is over since {ends:%d-%m-%Y}", why, mend)]
    if ends - now < SOON:
        return [attention("certificate", f"{file.name} ends on {ends:%d-%m-%Y}", why, mend)]
    return []


def of_logs(folder: Path) -> list[Finding]:
    """Whether the logs take much room; they are written to the end and never cut."""
    large = sum(file.stat().st_size for file in folder.glob("*.log"))
    if large < LOGS:
        return []
    what = f"the logs in {folder} take {large / 1_000_000_000:.1f} GB"
    return [attention("logs", what, "the disk is for what was decided", f"truncate -s 0 '{folder}'/*.log")]


def of_backup(last: LastBackup | None, mode: str | None, now: datetime) -> list[Finding]:
    """Whether there is a backup, whether it is old, and whether it is still where it was put."""
    why = "what was decided after the last backup is lost with this machine"
    if last is None:
        never = "no backup was ever made of this platform"
        return [attention("backup", never, why, "noaber backup DIR")] if mode == Mode.REAL else []
    again = f"noaber backup '{Path(last.folder).parent}' --keys '{last.keys}'"
    if not Path(last.folder).exists() or not Path(last.keys).exists():
        return [attention("backup", f"{last.folder} or {last.keys} is not there any more", why, again)]
    age = now - last.made_at
    if age < BACKUP_AGE:
        return []
    return [attention("backup", f"the last backup is {age.total_seconds() / 3600:.0f} hours old", why, again)]
