"""A release whose last migration of `aid` breaks half-way: it makes a table, and then fails."""

import shutil
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT
from deploy.release import PARTS

TABLE: Final = "half_way"
SAYS: Final = "broken half-way"

REVISION: Final = '''\
"""Breaks half-way."""

from alembic import op

revision = "9999"
down_revision = {last!r}


def upgrade() -> None:
    """Make a table, and fail."""
    op.execute("CREATE TABLE {table} (number integer)")
    raise RuntimeError({says!r})
'''


def break_half_way(migrations: Path) -> str:
    """Add that migration to a folder of them; the revision before it."""
    versions = migrations / "versions"
    last = max(each.name for each in versions.glob("[0-9]*.py")).partition("_")[0]
    text = REVISION.format(last=last, table=TABLE, says=SAYS)
    (versions / "9999_half_way.py").write_text(text, encoding="utf-8")
    return last


def broken_release(folder: Path) -> Path:
    """The checked out code in a folder, with that migration."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    break_half_way(folder / "services" / "aid" / "migrations")
    return folder
