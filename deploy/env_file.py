"""The secrets of a platform in containers, as the file that `docker compose --env-file` reads."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Final

from deploy.bootstrap import SetupFailed
from deploy.private_file import write_private
from deploy.rotation import rotated
from deploy.stack import OWNERS, Secrets, private_key, public_keys, push_public_key, secrets_in
from deploy.stack import write_secrets as keep
from services.runtime.settings import Mode

SUPERUSER: Final = "postgres_password"


def asked(name: str) -> str:
    """A value that compose takes from that file, and without which it stops."""
    return f"${{{_variable(name)}:?run python -m deploy.compose secrets}}"


def asked_or_nothing(name: str) -> str:
    """A value that compose takes from that file, where it stands there."""
    return f"${{{_variable(name)}:-}}"


def write_secrets(home: Path) -> Path:
    """Write the file unless it is there; readable by its owner only."""
    file = _file(home)
    if not file.exists():
        _write(file, secrets_in(file.with_suffix(".json")), secrets.token_urlsafe(24))
    return file


def rotate(home: Path, now: datetime, *, at_once: bool = False) -> Path:
    """Another key signs from the next start on; only while nothing runs. SetupFailed where there is no file.

    `at_once`: every secret is new, but Postgres' own superuser, whose password stands in the volume. Nobody
    outside the containers' network reaches it.
    """
    file = _file(home)
    if not file.exists():
        raise SetupFailed("there are no secrets here yet; write them: python -m deploy.compose secrets")
    superuser = next(
        value.strip("'")
        for name, _, value in (line.partition("=") for line in file.read_text().splitlines())
        if name == _variable(SUPERUSER)
    )
    made = rotated(secrets_in(file.with_suffix(".json")), now, at_once=at_once)
    keep(file.with_suffix(".json"), made)
    _write(file, made, superuser)
    return file


def _file(home: Path) -> Path:
    return home / "compose" / "secrets.env"


def _variable(name: str) -> str:
    return f"NOABER_{name.upper()}"


def _write(file: Path, made: Secrets, superuser: str) -> None:
    values = {
        SUPERUSER: superuser,
        **{f"{owner}_password": made.passwords[owner] for owner in OWNERS},
        "token_private_key": private_key(made, Mode.DEMO),
        "token_public_keys": public_keys(made, Mode.DEMO),
        "internal_token": made.internal_token,
        "push_key": made.push_key,
        "push_public_key": push_public_key(made),
    }
    write_private(file, "".join(f"{_variable(name)}='{value}'\n" for name, value in values.items()))
