"""Telephone numbers as people write them, and as a provider takes them (E.164)."""

import re
from typing import Final

_LEFT_OUT: Final = re.compile(r"[\s().\-/]")
# Not \d, which takes the digits of every script.
_WORLD: Final = re.compile(r"^\+[1-9][0-9]{7,14}$")
_DUTCH: Final = re.compile(r"^0[1-9][0-9]{8}$|^060[0-9]{7}$")
"""Ten digits. Those that begin with 060 belong to nobody: made-up people have them."""


class NoNumber(Exception):
    """There is nothing here that can be called; the message never holds what stood there."""


def can_be_called(written: str) -> bool:
    """Whether a provider takes it."""
    try:
        e164(written)
    except NoNumber:
        return False
    return True


def e164(written: str) -> str:
    """`06 12345678` and `+31 6 12 34 56 78` are `+31612345678`. Raises NoNumber."""
    number = _LEFT_OUT.sub("", written.replace("(0)", ""))
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if _DUTCH.match(number):
        number = f"+31{number[1:]}"
    if not _WORLD.match(number):
        raise NoNumber
    return number
