"""What every command that is a module says of itself: its name, what it does, and an example of it."""

import os
from argparse import ArgumentParser

from schemas.setting_names import refuse_unknown


def command_line(module: str, about: str, example: str = "") -> ArgumentParser:
    """What `python -m MODULE` may be told: --help, and what the caller adds; anything else ends it with 2.

    So does a setting in its environment that nobody knows.
    """
    refuse_unknown(os.environ)
    name = f"python -m {module}"
    return ArgumentParser(prog=name, description=about, epilog=f"Example: {name} {example}".rstrip())
