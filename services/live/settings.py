"""What `live` is told by its environment beside what every service is told."""

from typing import Annotated

from pydantic import Field

from services.runtime.settings import Address, Positive, Settings, WebSettings


class LiveSettings(WebSettings, Settings):
    """Where the keys of contacts are had, what to show there, and how many sockets there may be.

    A session is one browser: `sockets_per_session` are its open pages. `sockets` are all of this process; one
    costs 30 to 60 KiB.
    """

    contact_keys_url: Address
    internal_token: Annotated[str, Field(min_length=32)]
    sockets: Positive = 20_000
    sockets_per_session: Positive = 20
