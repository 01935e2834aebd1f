"""What the directory is told by its environment beside what every owner is told."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, FilePath, field_validator

from schemas.push import ALL_BROWSERS, Hosts
from services.directory.provider_file import configured
from services.runtime.push_keys import public_key
from services.runtime.settings import Address, OwnerSettings, WebSettings
from services.runtime.tokens import Signer


def _signs(key: str) -> str:
    try:
        Signer(key)
    except ValueError:
        # What stood there is said nowhere.
        raise ValueError("after the name stands an Ed25519 key of 32 bytes in base64") from None
    return key


def _of_providers(file: Path) -> Path:
    try:
        configured(file)
    except OSError as wrong:
        raise ValueError(f"{wrong.filename}: {wrong.strerror}") from wrong
    return file


class DirectorySettings(OwnerSettings, WebSettings):
    """`token_private_key`: kid:base64, signs sessions. `internal_token`: what services show each other.

    `rp_id`: the host name that passkeys belong to. Another one later makes all of them useless.
    `notification_url`: where phones are rung from, if there is a telephone.
    `aid_url`: where the texts are that people wrote; without it nobody can be forgotten.
    `push_public_key`: what browsers are told to subscribe with. `push_hosts`: the push services that are
    believed; `notification` is told the same. Where one of the two is empty, nothing is pushed.
    `providers_file`: the identity providers of organisations, if any (services/directory/provider_file.py).
    """

    token_private_key: Annotated[
        str, Field(pattern=r"^[^:\s]+:\S+$", examples=["NAME:BASE64"]), AfterValidator(_signs)
    ]
    notification_url: Address | None = None
    aid_url: Address | None = None
    providers_file: Annotated[FilePath, AfterValidator(_of_providers)] | None = None
    rp_id: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", examples=["noaber.example.nl"])]
    internal_token: Annotated[str, Field(min_length=32)]
    push_public_key: str = ""
    push_hosts: Hosts = ALL_BROWSERS

    @field_validator("push_public_key")
    @classmethod
    def _a_point(cls, value: str) -> str:
        if value:
            public_key(value)
        return value

    @property
    def push(self) -> str:
        """What browsers are told to subscribe with; empty where nothing is pushed."""
        return self.push_public_key if self.push_hosts else ""

    @property
    def secure(self) -> bool:
        """Whether cookies travel over TLS only: wherever all pages do."""
        return self.origins.secure
