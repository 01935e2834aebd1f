"""What a process is told by its environment; a wrong setting stops it at start, by name."""

import os
import sys
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, NoReturn, TypeVar

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from services.runtime.allowed import allowed
from services.runtime.limits import Limits, Rate
from services.runtime.origins import Origins

Positive = Annotated[int, Field(ge=1)]
Broker = Annotated[
    str, Field(pattern=r"^[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*$", examples=["127.0.0.1:9092,127.0.0.1:9093"])
]
Prefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$", examples=["test-"])]
Database = Annotated[
    str, Field(pattern=r"^postgres(ql)?://\S+$", examples=["postgresql://aid:PASSWORD@127.0.0.1:5432/noaber"])
]
Address = Annotated[str, Field(pattern=r"^https?://[^\s/]\S*$", examples=["http://127.0.0.1:7408"])]
NoAddress = Annotated[str, Field(pattern=r"^(https?://[^\s/]\S*)?$", examples=["https://example.nl"])]
"""Such an address, or nothing."""


def _until(key: str) -> str:
    _, _, until = key.partition(" ")
    if until and _moment(until).tzinfo is None:
        raise ValueError("the moment after a key says its offset too, such as +00:00")
    return key


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("after a key stands a moment, such as 2026-12-31T00:00:00+00:00") from None


def _own_address(text: str) -> str:
    ip_address(text)
    return text


PublicKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=( \S+)?$"), AfterValidator(_until)]
"""Base64 of an Ed25519 key, and until when it is believed where it signs no more."""
OwnAddress = Annotated[
    str, Field(pattern=r"^[0-9A-Fa-f:.]+$", examples=["127.0.0.1"]), AfterValidator(_own_address)
]

LOOPBACK: Final = "127.0.0.1"


class Mode(StrEnum):
    """`demo`: made-up people, choose who you are. `real`: neither exists."""

    DEMO = "demo"
    REAL = "real"


class Seed(StrEnum):
    """`fictitious`: fill an empty platform with made-up people. `none`: it starts empty."""

    FICTITIOUS = "fictitious"
    NONE = "none"


class Settings(BaseSettings):
    """What every process knows. Environment names are NOABER_ and the field's name in capitals.

    `http_host`: the address it answers at; another than loopback only where a network policy says who comes.
    `topic_replicas`: brokers that hold each topic that is made in passing.
    """

    model_config = SettingsConfigDict(env_prefix="NOABER_", frozen=True, extra="ignore")

    mode: Mode = Mode.REAL
    kafka: Broker
    topic_prefix: Prefix = ""
    topic_replicas: Positive = 1
    http_host: OwnAddress = LOOPBACK
    http_port: Annotated[int, Field(ge=1, le=65535)]
    clock_offset_seconds: Annotated[float, Field(allow_inf_nan=False)] = 0
    data_home: Path = Path()


class TraceSettings(BaseSettings):
    """Where traces are sent, of which share of what is asked; without an address nothing is.

    `traces_url`: OTLP over HTTP, for example http://collector:4318/v1/traces.
    """

    model_config = SettingsConfigDict(env_prefix="NOABER_", frozen=True, extra="ignore")

    traces_url: NoAddress = ""
    trace_share: Annotated[float, Field(ge=0, le=1)] = 0.1


class OwnerSettings(Settings):
    """What a service with a database knows beside that."""

    database: Database
    pool_size: Annotated[int, Field(ge=1, le=100)] = 8
    seed: Seed = Seed.NONE


class MigrationSettings(BaseSettings):
    """What a migration needs."""

    model_config = SettingsConfigDict(env_prefix="NOABER_", frozen=True, extra="ignore")

    database: Database


class SeedSettings(MigrationSettings):
    """What filling an empty database needs. `seed_people`: how many made-up people; None: as usual."""

    seed: Seed = Seed.NONE
    seed_people: Annotated[int, Field(ge=1_100, le=20_000)] | None = None


class WebSettings(Settings):
    """What a service that answers people knows: which tokens to believe, from which pages to take orders.

    `token_public_keys`: as `Verifier` reads them. `allowed_origins`: comma separated;
    `*.localhost:PORT` stands for every name under localhost on that port.

    The limits are of one process, in requests: so many at once, then so many a minute. `person` is of each
    session, and four times that of all of somebody's together. An organisation's is large enough for 200
    colleagues who all want the same slot; `sign_in` is per network address: a town hall has one, and each of
    its people asks twice to sign in. `forged` sessions are counted per network address too, apart from all
    others.
    """

    token_public_keys: Annotated[dict[str, PublicKey], Field(examples=['{"NAME": "BASE64"}'])]
    allowed_origins: Annotated[
        str,
        Field(pattern=r"^https?://[^\s,/]+(, *https?://[^\s,/]+)*$", examples=["https://noaber.example.nl"]),
    ]
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
        _leave(_lines(kind, error))
    except SettingsError as error:
        # Text that should be JSON and is not; pydantic-settings 2 says only in its sentence which it was.
        field = next(name for name in kind.model_fields if f'"{name}"' in str(error))
        _leave([_line(kind, field, os.environ.get(_name(field), ""))])


SECRET: Final = frozenset(
    {
        "NOABER_DATABASE",
        "NOABER_INTERNAL_TOKEN",
        "NOABER_PUSH_KEY",
        "NOABER_TELEPHONE_TOKEN",
        "NOABER_TOKEN_PRIVATE_KEY",
        # Of what prepares a database, beside the processes.
        "NOABER_SUPERUSER",
        "NOABER_AID_PASSWORD",
        "NOABER_DIRECTORY_PASSWORD",
        "NOABER_NOTIFICATION_PASSWORD",
    }
)
"""Settings whose value never goes into a log."""


def _lines(kind: type[BaseSettings], error: ValidationError) -> list[str]:
    wrong = {str(each["loc"][0]): each for each in error.errors()}
    return [
        _line(kind, field, None if each["type"] == "missing" else each["input"]) + _why(each)
        for field, each in wrong.items()
    ]


def _why(wrong: ErrorDetails) -> str:
    """What a validator of our own says; what pydantic says follows from what is allowed."""
    return f"; {wrong['ctx']['error']}" if wrong["type"] == "value_error" else ""


def _line(kind: type[BaseSettings], field: str, value: object) -> str:
    """Name, what was found (None: nothing) and what is allowed."""
    name = _name(field)
    found = "not set" if value is None else f"found {value!r}"
    if value is not None and name in SECRET:
        found = "not as it should be"
    return f"{name}: {found}; allowed: {allowed(kind.model_json_schema(), field)}"


def _name(field: str) -> str:
    return f"NOABER_{field}".upper()


def _leave(lines: list[str]) -> NoReturn:
    for line in lines:
        print(line, file=sys.stderr)
    sys.exit(2)
