"""How many cases a test takes: few in `make test`, very many with LONG=1."""

import os


def cases(short: int, long: int) -> int:
    """The count for this run."""
    return long if os.environ.get("NOABER_COUNTS") == "long" else short
