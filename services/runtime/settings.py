"""What a process is told by its environment; a wrong setting stops it at start, by name."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, NoReturn, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.runtime.limits import Limits, Rate
from services.runtime.origins import Origins

Positive = Annotated[int, Field(ge=1)]


class Mode(StrEnum):
    """`demo`: made-up people, choose who you are. `real`: neither exists."""

    DEMO = "demo"
    REAL = "real"


class Seed(StrEnum):
    """`fictitious`: fill an empty platform with made-up people. `none`: it starts empty."""

    FICTITIOUS = "fictitious"
    NONE = "none"


class Settings(BaseSettings):
    """What every process knows. Environment names are NOABER_ and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix="NOABER_", frozen=True, extra="ignore")

    mode: Mode = Mode.REAL
    kafka: str
    topic_prefix: str = ""
    http_port: Annotated[int, Field(ge=1, le=65535)]
    clock_offset_seconds: float = 0
    data_home: Path = Path()


class OwnerSettings(Settings):
    """What a service with a database knows beside that."""

    database: str
    pool_size: Annotated[int, Field(ge=1, le=100)] = 8
    seed: Seed = Seed.NONE


class MigrationSettings(BaseSettings):
    """What a migration needs."""

    model_config = SettingsConfigDict(env_prefix="NOABER_", frozen=True, extra="ignore")

    database: str


class SeedSettings(MigrationSettings):
    """What filling an empty database needs. `seed_people`: how many made-up people; None: as usual."""

    seed: Seed = Seed.NONE
    seed_people: Annotated[int, Field(ge=1_100, le=20_000)] | None = None


class WebSettings(Settings):
    """What a service that answers people knows: which tokens to believe, from which pages to take orders.

    `token_public_keys`: as `Verifier` reads them. `allowed_origins`: comma separated;
    `*.localhost:PORT` stands for every name under localhost on that port.

    The limits are of one process, in requests: so many at once, then so many a minute. An organisation's is
    large enough for 200 colleagues who all want the same slot; `sign_in` is per network address: a town hall
    has one, and each of its people asks twice to sign in. `forged` sessions are counted per
    network address too, apart from all others.
    """

    token_public_keys: dict[str, str]
    allowed_origins: str
    limit_person_burst: Positive = 120
    limit_person_per_minute: Positive = 120
    limit_organisation_burst: Positive = 2_000
    limit_organisation_per_minute: Positive = 2_000
    limit_sign_in_burst: Positive = 600
    limit_sign_in_per_minute: Positive = 120
    limit_forged_burst: Positive = 60
    limit_forged_per_minute: Positive = 30

    @property
    def origins(self) -> Origins:
        """The pages from which orders are taken."""
        return Origins.of(self.allowed_origins)

    def limits(self) -> Limits:
        """A fresh count for this process."""
        return Limits(
            person=Rate(self.limit_person_burst, self.limit_person_per_minute),
            organisation=Rate(self.limit_organisation_burst, self.limit_organisation_per_minute),
            client=Rate(self.limit_sign_in_burst, self.limit_sign_in_per_minute),
            forged=Rate(self.limit_forged_burst, self.limit_forged_per_minute),
        )


Kind = TypeVar("Kind", bound=BaseSettings)


def read(kind: type[Kind]) -> Kind:
    """The settings from the environment; leaves the process with one line per wrong setting."""
    try:
        return kind()  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        _leave(error)


SECRET: Final = frozenset(
    {"NOABER_DATABASE", "NOABER_INTERNAL_TOKEN", "NOABER_TELEPHONE_TOKEN", "NOABER_TOKEN_PRIVATE_KEY"}
)
"""Settings whose value never goes into a log."""


def _leave(error: ValidationError) -> NoReturn:
    for wrong in error.errors():
        name = "NOABER_" + "_".join(str(part) for part in wrong["loc"]).upper()
        found = f"found {wrong['input']!r}"
        if wrong["type"] == "missing":
            found = "not set"
        elif name in SECRET:
            found = "not as it should be"
        print(f"{name}: {found}; {wrong['msg']}", file=sys.stderr)
    sys.exit(2)
