"""Runs once before the services: roles and schemas, topics, migrations, facts, and the pages for Caddy."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from deploy.bootstrap import ROOT
from deploy.images import pages
from deploy.images.told import PrepareSettings
from deploy.provision import DATABASE, provision
from deploy.stack import OWNERS, Platform, Secrets
from schemas.command_line import command_line
from services.runtime.settings import Mode, read


def prepare(told: PrepareSettings, environment: Mapping[str, str]) -> None:
    """Do what is missing; a second run changes nothing. CalledProcessError where a step stops."""
    passwords = {owner: str(getattr(told, f"{owner}_password")) for owner in OWNERS}
    secrets = Secrets(passwords=passwords, private_key="", public_keys={}, internal_token="")
    provision(told.superuser, Platform(base=0, mode=Mode.REAL, seed=told.seed, home=Path(), secrets=secrets))
    _step(environment, "services.runtime.prepare")
    for owner in OWNERS:
        _step(_as(told, environment, owner, passwords[owner]), f"services.{owner}", "migrate")
    _step(_as(told, environment, "directory", passwords["directory"]), "services.directory", "seed")
    pages.publish(told.pages)


def _as(told: PrepareSettings, environment: Mapping[str, str], owner: str, password: str) -> dict[str, str]:
    server = urlsplit(told.superuser)
    dsn = f"postgresql://{owner}:{password}@{server.hostname}:{server.port or 5432}/{DATABASE}"
    return {**environment, "NOABER_DATABASE": dsn}


def _step(environment: Mapping[str, str], module: str, *arguments: str) -> None:
    print(f"{module} {' '.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-m", module, *arguments], env=dict(environment), cwd=ROOT, check=True)


def main() -> int:
    """0, or 1 where a step stopped: what it said stands above."""
    about = "Make roles, topics, tables, facts and pages; nothing is made twice."
    command_line("deploy.images.prepare", about).parse_args()
    try:
        prepare(read(PrepareSettings), os.environ)
    except subprocess.CalledProcessError as stopped:
        print(f"Stopped: {' '.join(stopped.cmd[2:])} did not end well; see above", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
