"""Puts the built pages where they are asked for: while the image is made, and for Caddy when it starts."""

import shutil
import sys
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT, SetupFailed
from deploy.images.told import PagesSettings
from schemas.command_line import command_line
from services.runtime.settings import read

BUILT: Final = ROOT / "pages"
"""Where the image keeps the built pages."""


def publish(to: Path) -> None:
    """Copy the pages; older ones stay, since a page that is open still asks for its parts."""
    shutil.copytree(BUILT, to, dirs_exist_ok=True)


def main(arguments: list[str]) -> int:
    """0; what cannot be built or copied is said in a line."""
    parser = command_line("deploy.images.pages", "Puts the built pages where they are asked for.", "publish")
    words = parser.add_subparsers(dest="word", required=True)
    words.add_parser("build", help="make them in FOLDER").add_argument("folder", type=Path, metavar="FOLDER")
    words.add_parser("publish", help="copy them to NOABER_PAGES")
    told = parser.parse_args(arguments)
    try:
        if told.word == "build":
            # Only here: the image that runs has no Node.
            from deploy.parts import frontend  # noqa: PLC0415

            print(frontend.build(told.folder))
        else:
            publish(read(PagesSettings).pages)
    except (SetupFailed, OSError, shutil.Error) as failed:
        print(f"Stopped: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
