"""What `live` is told by its environment beside what every service is told."""

from typing import Annotated

from pydantic import Field

from services.runtime.settings import Settings, WebSettings


class LiveSettings(WebSettings, Settings):
    """Where the keys of contacts are had, and what to show there."""

    contact_keys_url: str
    internal_token: Annotated[str, Field(min_length=32)]
