"""Where the newest backup of a platform was put, and when: its own note, for whoever asks how old it is."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from deploy.private_file import write_private
from services.runtime.relay_process import LAST_BACKUP

NOTE: Final = "last-backup.json"


@dataclass(frozen=True)
class LastBackup:
    """`folder`: of the dump; `keys`: the file that unseals names in it."""

    folder: str
    keys: str
    made_at: datetime


def last_backup(place: Path) -> LastBackup | None:
    """What was noted; None where nothing ever was, or the note cannot be read."""
    try:
        found: dict[str, Any] = json.loads((place / NOTE).read_text())
        return LastBackup(found["folder"], found["keys"], datetime.fromisoformat(found["made_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        # It is a convenience: one that is lost counts as a backup that nobody knows of.
        return None


def expect_backups(place: Path) -> None:
    """From now on the platform of this place says how old its last backup is; 1970 where there was none."""
    file = place / "data" / LAST_BACKUP
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (0, 0))


def note_backup(place: Path, made: LastBackup) -> None:
    """This is the newest one from now on."""
    said = {**asdict(made), "made_at": made.made_at.isoformat()}
    write_private(place / NOTE, json.dumps(said))
