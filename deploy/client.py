"""A person, or a system, at the public HTTP interface: sign in, send commands, read the picture."""

from dataclasses import dataclass, field
from typing import Any, Final, Self
from uuid import UUID, uuid4

import httpx
from uuid6 import uuid7

from services.runtime.certificates import believed

TIMEOUT_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Refusal:
    """A problem document: its HTTP status, its stable code and the facts it came with."""

    status: int
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


class Unexpected(Exception):
    """The platform answered something that is neither a success nor a problem document of ours."""


class Client:
    """One signed-in person or system; a context manager that closes its connections."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.person: UUID | None = None
        self._http = httpx.Client(base_url=origin, timeout=TIMEOUT_SECONDS, verify=believed())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @property
    def cookie(self) -> str:
        """The Cookie header of the session, for a websocket."""
        return "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())

    @property
    def shown(self) -> dict[str, str]:
        """The header that says who this is, for a websocket."""
        bearer = self._http.headers.get("Authorization")
        return {"Cookie": self.cookie} if bearer is None else {"Authorization": bearer}

    def come_in(self, system: str, secret: str) -> Self:
        """Be a system. Raises Unexpected where that is refused."""
        asked = {"grant_type": "client_credentials", "client_id": system, "client_secret": secret}
        found = _judged(self._http.post("/api/directory/systems/token", data=asked))
        if isinstance(found, Refusal):
            raise Unexpected(f"systems: {found}")
        self.person = UUID(system)
        self._http.headers["Authorization"] = f"Bearer {found['access_token']}"
        return self

    def sign_in(self, person: UUID) -> Self:
        """Be a made-up person. Raises Unexpected where that is refused."""
        found = self.send("/api/directory/demo/sign-in", {"person": str(person)})
        if isinstance(found, Refusal):
            raise Unexpected(f"sign-in: {found}")
        self.person = person
        return self

    def send(self, path: str, body: dict[str, Any], key: str | None = None) -> "dict[str, Any] | Refusal":
        """Send a command; its answer, or the refusal."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        return _judged(self._http.post(path, json=body, headers=headers))

    def read(self, path: str) -> "dict[str, Any] | Refusal":
        """What stands at a path, or the refusal."""
        return _judged(self._http.get(path))

    def rows(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The snapshot as rows: kind -> id -> data. Raises Unexpected."""
        found = self.read("/api/live/snapshot")
        if isinstance(found, Refusal):
            raise Unexpected(f"snapshot: {found}")
        return rows_of(found)


def rows_of(snapshot: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """The columnar tables of a snapshot as kind -> id -> data, with the level under `level`."""
    kinds: dict[str, dict[str, dict[str, Any]]] = {}
    for table in snapshot["tables"]:
        for key, version, *values in table["rows"]:
            data = dict(zip(table["fields"], values, strict=True))
            kinds.setdefault(table["kind"], {})[key] = {**data, "level": table["level"], "v": version}
    return kinds


def new_id() -> str:
    """An id for something new, made by the client so that a queued command can be repeated."""
    return str(uuid7())


def _judged(answer: httpx.Response) -> "dict[str, Any] | Refusal":
    if answer.is_success:
        found: dict[str, Any] = answer.json()
        return found
    # Where a token is asked for, the same members come as OAuth's own media type.
    if answer.headers.get("content-type", "").startswith(("application/problem+json", "application/json")):
        problem = answer.json()
        return Refusal(answer.status_code, problem["code"], problem["facts"])
    raise Unexpected(f"{answer.request.url}: {answer.status_code} {answer.text[:200]}")
