"""Puts the built pages where they are asked for: while the image is made, and for Caddy when it starts."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT

BUILT: Final = ROOT / "pages"
"""Where the image keeps the built pages."""


def publish(to: Path) -> None:
    """Copy the pages; older ones stay, since a page that is open still asks for its parts."""
    shutil.copytree(BUILT, to, dirs_exist_ok=True)


def main(arguments: list[str]) -> int:
    """`build FOLDER` makes them, `publish` copies them to NOABER_PAGES."""
    match arguments:
        case ["build", folder]:
            # Only here: the image that runs has no Node.
            from deploy.parts import frontend  # noqa: PLC0415

            print(frontend.build(Path(folder)))
        case ["publish"]:
            publish(Path(os.environ["NOABER_PAGES"]))
        case _:
            sys.exit("usage: python -m deploy.images.pages build FOLDER | publish")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
