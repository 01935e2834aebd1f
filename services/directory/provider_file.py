"""The file in which whoever runs the platform writes down the identity providers of organisations.

No screen changes it: who steals an administrator's session must not be able to say who vouches for everybody.
"""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from schemas.catalogue import Function
from schemas.values import OrganisationId
from services.directory.providers import Provider

Short = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Entry(BaseModel):
    """One provider. `client_secret_file`: beside this file, so that the secret stands in no other place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation: OrganisationId
    issuer: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+[^\s?#/]$", max_length=500)]
    client_id: Short
    client_secret_file: Path
    algorithms: frozenset[str] = frozenset({"RS256"})
    groups_claim: Short = "groups"
    functions: dict[Short, tuple[Function, ...]] = Field(default_factory=dict)
    private: bool = False


_ENTRIES: TypeAdapter[list[Entry]] = TypeAdapter(list[Entry])


def configured(file: Path | None) -> list[tuple[Provider, str]]:
    """Each provider and our secret there. Raises ValueError or OSError for a file that cannot be meant."""
    if file is None:
        return []
    entries = _read(file)
    if len({each.organisation for each in entries}) != len(entries):
        raise ValueError(f"{file}: an organisation stands in it twice")
    return [(_provider(each), _secret(file, each)) for each in entries]


def _read(file: Path) -> list[Entry]:
    try:
        return _ENTRIES.validate_json(file.read_bytes())
    except ValidationError as wrong:
        # In one line, where it is; what stood there instead may be a secret in the wrong place.
        found = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors())
        raise ValueError(f"{file}: {'; '.join(each.removeprefix(': ') for each in found)}") from None


def _provider(entry: Entry) -> Provider:
    if not (entry.private or entry.issuer.startswith("https://")):
        raise ValueError(f"{entry.issuer}: begins with https://, unless it is private")
    return Provider(**entry.model_dump(exclude={"client_secret_file"}))


def _secret(file: Path, entry: Entry) -> str:
    secret = (file.parent / entry.client_secret_file).read_text(encoding="utf-8").strip()
    if not secret:
        raise ValueError(f"{entry.client_secret_file}: holds no secret")
    return secret
