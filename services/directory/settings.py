"""What the directory is told by its environment beside what every owner is told."""

from typing import Annotated

from pydantic import Field

from services.runtime.settings import OwnerSettings, WebSettings


class DirectorySettings(OwnerSettings, WebSettings):
    """`token_private_key`: kid:base64, signs sessions. `internal_token`: what services show each other."""

    token_private_key: str
    internal_token: Annotated[str, Field(min_length=32)]
