"""The code of an earlier release, taken out of the repository beside the one that is checked out."""

import io
import subprocess
import tarfile
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT, SetupFailed

PARTS: Final = ("deploy", "schemas", "services")
"""What a process of the platform is made of."""


def unpack(name: str, folder: Path, root: Path = ROOT) -> str:
    """Put the code of a commit or tag into a folder; the id of its commit.

    Raises SetupFailed where there is no repository, or where it does not hold that commit.
    """
    commit = _commit(name, root)
    packed = _git(root, "archive", commit, "--", *PARTS)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
    return commit


def _commit(name: str, root: Path) -> str:
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode == 0:
        return found.stdout.decode().strip()
    shallow = _git(root, "rev-parse", "--is-shallow-repository")
    if shallow.returncode != 0:
        raise SetupFailed(f"{root} is not a Git repository, so there is no earlier release in it")
    if shallow.stdout.strip() == b"true":
        raise SetupFailed(
            f"{name} is not in this checkout, which is a shallow clone: git fetch --unshallow gets the rest"
        )
    raise SetupFailed(
        f"{name} is no commit or tag of this repository; git log --oneline shows which there are"
    )


def _git(root: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["git", *arguments], cwd=root, check=False, capture_output=True)
