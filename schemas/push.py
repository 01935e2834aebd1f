"""A browser's subscription to push messages, and which addresses of such a subscription are believed."""

import base64
import re
from collections.abc import Collection
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from schemas.values import Value

BROWSERS: Final = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
"""The push services of Chromium's family, Firefox, Safari and Edge; `*.` stands for any name below."""

MOST: Final = 1_000
"""Characters of an address; those of the four services have 200 to 500."""

# Narrow on purpose, so that no two readers of addresses can take another host from it: no name or port of its
# own, no backslash, nothing but ASCII.
_ADDRESS: Final = re.compile(r"https://([a-z0-9][a-z0-9.-]*)/[A-Za-z0-9._~:%!$&'()*+,;=@/?-]*", re.ASCII)
_NAME: Final = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)

POINT: Final = 65
"""Bytes of an uncompressed point of P-256."""
SECRET: Final = 16
"""Bytes of the secret that browser and sender share (RFC 8291, 3.2)."""


def bytes_of(text: str) -> bytes:
    """Base64url without padding. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def text_of(data: bytes) -> str:
    """The other way round."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def host_of(endpoint: str) -> str:
    """The host that a message would go to; empty where it is no address that is written plainly."""
    found = _ADDRESS.fullmatch(endpoint) if len(endpoint) <= MOST else None
    return found[1] if found else ""


def is_believed(endpoint: str, hosts: Collection[str]) -> bool:
    """Whether this is an address at one of these hosts: whoever subscribes chooses where we send."""
    host = host_of(endpoint)
    return any(host.endswith(each[1:]) if each.startswith("*.") else host == each for each in hosts if host)


def hosts_in(text: str) -> tuple[str, ...]:
    """A list as a setting says it: names with commas between; none in an empty one. Raises ValueError."""
    hosts = tuple(each.strip() for each in text.split(",") if text.strip())
    if not all(_NAME.fullmatch(each) for each in hosts):
        raise ValueError("names of hosts with commas between; *. in front stands for any name below")
    return hosts


def _list(text: str) -> str:
    hosts_in(text)
    return text


Hosts = Annotated[str, AfterValidator(_list)]
"""Such a list."""

ALL_BROWSERS: Final = ",".join(BROWSERS)


def _of_length(most: int) -> AfterValidator:
    def check(text: str) -> str:
        try:
            right = len(bytes_of(text)) == most
        except ValueError:
            right = False
        if not right:
            raise PydanticCustomError("push_key", "this is no key as browsers give it; subscribe anew")
        return text

    return AfterValidator(check)


class PushSubscription(Value):
    """What a browser gives to whoever may send it messages (W3C Push API). Both keys are base64url."""

    endpoint: Annotated[str, Field(max_length=MOST)]
    p256dh: Annotated[str, Field(max_length=100), _of_length(POINT)]
    auth: Annotated[str, Field(max_length=40), _of_length(SECRET)]
