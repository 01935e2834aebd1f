"""`noaber backup` and `noaber restore`: what an operator does before and after the worst."""

import os
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from deploy.backup import KEYS, Backup, make_backup, newest_backup, restore
from deploy.bootstrap import home_of
from deploy.kept_mode import start_of
from deploy.last_backup import LastBackup, note_backup
from deploy.noaber.state import UP, refuse_second, running_here

FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False)
KEYS_HELP: Final = f"The file with the keys that unseal names and numbers.  [default: DIR/{KEYS}]"


@click.command(name="backup", epilog="Example: noaber backup /mnt/backup --keys /mnt/safe/keys.json")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--keys", type=FILE, help=KEYS_HELP)
def backup_verb(folder: Path, keys: Path | None) -> None:
    """Back the running platform up into DIR, as it is at one moment; everybody can go on meanwhile.

    Keep the key file apart from the backups. Each backup renews it: who was forgotten stays forgotten,
    also in older backups.
    """
    home = home_of(os.environ)
    state = running_here(home)
    place, key_file = Path(state["place"]), keys or folder / KEYS
    made = make_backup(home, place, int(state["base"]), folder, key_file)
    taken = datetime.fromisoformat(made.made_at)
    note_backup(place, LastBackup(str(made.folder.absolute()), str(key_file.absolute()), taken))
    click.echo(f"Backed up to {made.folder}: {made.dump.stat().st_size / 1_000_000:.1f} MB.")
    click.echo(f"The keys are in {key_file}. Keep that file somewhere else.")


@click.command(name="restore", epilog="Example: noaber restore /mnt/backup --keys /mnt/safe/keys.json")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--keys", type=FILE, help=KEYS_HELP)
def restore_verb(folder: Path, keys: Path | None) -> None:
    """Restore the newest backup in DIR (or DIR itself, where it is one) into an empty home.

    The topics are filled from it at the next start, as a new epoch, so that every page starts over.
    """
    home = home_of(os.environ)
    refuse_second(home)
    backup: Backup = newest_backup(folder)
    for line in restore(home, home / UP, backup, keys or _beside(folder, backup)):
        click.echo(line)
    click.echo(f"Restored as it was at {backup.made_at}; what was decided later is not in it.")
    click.echo(f"Start it: {start_of(home / UP)}. Then check it: noaber verify.")


def _beside(folder: Path, backup: Backup) -> Path:
    return (backup.folder.parent if backup.folder == folder else folder) / KEYS
