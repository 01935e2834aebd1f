"""Runs once before the services: roles and schemas, topics, migrations, facts, and the pages for Caddy."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from deploy.bootstrap import ROOT
from deploy.images import pages
from deploy.provision import DATABASE, provision
from deploy.stack import OWNERS, Platform, Secrets
from services.runtime.settings import Mode, Seed


def main(environment: Mapping[str, str]) -> None:
    """Do what is missing; a second run changes nothing. CalledProcessError where a step stops.

    Needs NOABER_SUPERUSER (a connection string), NOABER_<OWNER>_PASSWORD of each owner, NOABER_KAFKA,
    NOABER_SEED, and NOABER_PAGES, the folder that Caddy reads.
    """
    superuser = environment["NOABER_SUPERUSER"]
    passwords = {owner: environment[f"NOABER_{owner.upper()}_PASSWORD"] for owner in OWNERS}
    secrets = Secrets(passwords=passwords, private_key="", public_keys={}, internal_token="")
    seed = Seed(environment["NOABER_SEED"])
    provision(superuser, Platform(base=0, mode=Mode.REAL, seed=seed, home=Path(), secrets=secrets))
    _step(environment, "services.runtime.prepare")
    for owner in OWNERS:
        _step(_as(environment, owner, passwords[owner]), f"services.{owner}", "migrate")
    _step(_as(environment, "directory", passwords["directory"]), "services.directory", "seed")
    pages.publish(Path(environment["NOABER_PAGES"]))


def _as(environment: Mapping[str, str], owner: str, password: str) -> dict[str, str]:
    server = urlsplit(environment["NOABER_SUPERUSER"])
    dsn = f"postgresql://{owner}:{password}@{server.hostname}:{server.port or 5432}/{DATABASE}"
    return {**environment, "NOABER_DATABASE": dsn}


def _step(environment: Mapping[str, str], module: str, *arguments: str) -> None:
    print(f"{module} {' '.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-m", module, *arguments], env=dict(environment), cwd=ROOT, check=True)


if __name__ == "__main__":
    main(os.environ)
