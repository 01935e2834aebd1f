"""Writes what the gateway serves under /reference/: two pages, and the documents they are made of.

`python -m deploy.reference` writes them; `python -m deploy.reference --check` only says which are stale.
"""

import json
import sys
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT
from deploy.reference.documents import openapi
from deploy.reference.events import events_page
from deploy.reference.routes import routes_page
from schemas import generated
from schemas.asyncapi import document

FOLDER: Final = Path("frontend/public/reference")


def files() -> dict[Path, str]:
    """Every generated file, by its path from the root of the checkout; the same models give the same text."""
    documents, asyncapi = openapi(), document()
    return {
        FOLDER / "index.html": routes_page(documents, asyncapi),
        FOLDER / "events.html": events_page(asyncapi),
        FOLDER / "asyncapi.json": json.dumps(asyncapi, indent=1, ensure_ascii=False) + "\n",
    }


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Do what is asked; 1 where --check found something."""
    about = "Writes the pages under /reference/, and the documents they are made of."
    asked = generated.command("deploy.reference", about).parse_args(arguments)
    return generated.keep(files(), root, check=asked.check)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
