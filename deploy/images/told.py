"""What the image's own commands are told by their environment; a wrong setting stops them by name."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.runtime.settings import Broker, Database, Prefix, Seed


def _whole(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("it takes a whole path, from / on")
    return path


def _one_server(dsn: str) -> str:
    try:
        server = urlsplit(dsn)
        right = server.hostname and server.port != 0
    except ValueError:
        # Without the cause: it would show a part of a password that has a / or a # in it.
        right = False
    if not right:
        raise ValueError("it takes the host of one server, and its port where that is not 5432")
    return dsn


Password = Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]+$", examples=["LETTERS-AND-DIGITS"])]
"""It stands in a connection string as it is."""


class PagesSettings(BaseSettings):
    """`pages`: the folder that Caddy reads."""

    model_config = SettingsConfigDict(env_prefix="NOABER_", frozen=True, extra="ignore")

    pages: Annotated[Path, AfterValidator(_whole)]


class PrepareSettings(PagesSettings):
    """`superuser`: who makes roles and schemas; the passwords are those that each owner will have."""

    superuser: Annotated[Database, AfterValidator(_one_server)]
    directory_password: Password
    aid_password: Password
    notification_password: Password
    kafka: Broker
    topic_prefix: Prefix = ""
    seed: Seed
