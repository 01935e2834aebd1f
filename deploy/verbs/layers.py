"""Checks who imports whom against `.importlinter`."""

import sys

from importlinter.cli import lint_imports

from schemas.command_line import command_line

if __name__ == "__main__":
    command_line("deploy.verbs.layers", "Looks who imports whom; writes nothing.").parse_args()
    sys.exit(lint_imports(no_logo=True))
