"""The image without a container engine: its tree unpacked, its user, and without what it leaves out.

That user may read whatever is there, since the Python of a developer often stands in a home that others
cannot enter; it may write nothing but its own folder and /tmp.
"""

import os
import re
import shutil
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from deploy.bootstrap import ROOT

USER = 10_001
DOCKERFILE = (ROOT / "deploy" / "images" / "Dockerfile").read_text()
READ_ONLY = "-all,+dac_read_search"


def unpack(folder: Path) -> Path:
    """What the image copies of the checkout, and pages of one line."""
    tree = folder / "noaber"
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    for name in re.findall(r"^COPY (\w+) \w+$", last, re.MULTILINE):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "pages").mkdir()
    (tree / "pages" / "index.html").write_text("<p>pages</p>")
    return tree


def own_folder(folder: Path) -> Path:
    """A folder that the image's user may write."""
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, USER, USER)
    return folder


def without_left_out(folder: Path) -> Path:
    """A folder for PYTHONPATH: what the image takes off again cannot be imported."""
    folder.mkdir()
    (line,) = (line for line in DOCKERFILE.splitlines() if "pip uninstall" in line)
    gone = set(line.partition("--yes ")[2].split())
    for name, distributions in packages_distributions().items():
        if gone & set(distributions):
            (folder / f"{name}.py").write_text("raise ImportError('this is not in the image')\n")
    return folder


def as_its_user(command: list[str]) -> list[str]:
    """The command of a container, as that of a process here; whoever is not root stays who they are."""
    ours = [sys.executable if word == "python" else word for word in command]
    if os.geteuid() != 0:
        return ours
    rights = [f"--{kind}={READ_ONLY}" for kind in ("inh-caps", "ambient-caps", "bounding-set")]
    return [
        "setpriv",
        f"--reuid={USER}",
        f"--regid={USER}",
        "--clear-groups",
        *rights,
        "--no-new-privs",
        *ours,
    ]
