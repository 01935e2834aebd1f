"""`make help`: the verbs, each with what stands behind it in the Makefile."""

import re
from typing import Final

from deploy.bootstrap import ROOT
from schemas.command_line import command_line

VERB: Final = re.compile(r"^([a-z-]+):[^#\n]*## (.+)$", re.MULTILINE)
FOOT: Final = "The platform's own commands: .venv/bin/noaber --help. To begin: README.md, CONTRIBUTING.md."


def told(makefile: str) -> str:
    """What is printed, for the text of a Makefile."""
    return "\n".join([*(f"make {name:12} {what}" for name, what in VERB.findall(makefile)), "", FOOT])


if __name__ == "__main__":
    command_line("deploy.verbs.help", "Says which verbs there are.").parse_args()
    print(told((ROOT / "Makefile").read_text(encoding="utf-8")))
