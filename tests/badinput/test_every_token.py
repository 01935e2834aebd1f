"""A token that is forged, over or taken back is nobody's, at every door of the platform."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from deploy.client import Client, new_id
from schemas.live import CLOSE_SIGNED_OUT
from services.runtime.certificates import believed
from services.runtime.tokens import Claims, Signer, new_keys
from services.runtime.who import COOKIE
from tests.journey.waiting import until

pytestmark = pytest.mark.timeout(300)

SOON = timedelta(hours=1)


class Forge:
    """Makes tokens as somebody would who knows everything but what they must not know."""

    def __init__(self, platform: Any, person: UUID, session: UUID, other: UUID) -> None:
        secrets = platform.platform.secrets
        self._name, _, secret = secrets.private_key.partition(":")
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret))
        self._public = base64.b64decode(secrets.public_keys[self._name])
        self._signer = Signer(secrets.private_key)
        self._person, self._session, self._other = person, session, other
        self.good = self._signer.sign(Claims(person, session), self._now() + SOON)

    @staticmethod
    def _now() -> datetime:
        return datetime.now(UTC)

    def _body(self, **more: Any) -> dict[str, Any]:
        end = int(time.time()) + 3_600
        return {"sub": str(self._person), "sid": str(self._session), "exp": end, **more}

    def _ours(self, **more: Any) -> str:
        body = {name: value for name, value in self._body(**more).items() if value is not None}
        return jwt.encode(body, self._key, "EdDSA", headers={"kid": self._name})

    def _without_signature(self, algorithm: str) -> str:
        head = {"alg": algorithm, "kid": self._name, "typ": "JWT"}
        parts = (
            base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (head, self._body())
        )
        return b".".join((*parts, b"")).decode()

    def all(self) -> dict[str, str]:
        """Name -> token; not one of them may open anything."""
        head, _, mark = self.good.split(".")
        richer = base64.urlsafe_b64encode(json.dumps(self._body(sub=str(self._other))).encode()).rstrip(b"=")
        other_key, _ = new_keys(self._name)
        stranger, _ = new_keys("k-of-nobody")
        claims, end = Claims(self._person, self._session), self._now() + SOON
        return {
            "no text": "",
            "no token": "a.b.c",
            "very long": "a" * 8_000,
            "alg none": self._without_signature("none"),
            "alg None": self._without_signature("None"),
            "alg EdDSA, no signature": self._without_signature("EdDSA"),
            "shared secret": jwt.encode(
                self._body(), self._public.ljust(32, b"0"), "HS256", headers={"kid": self._name}
            ),
            "another key of the same name": Signer(other_key).sign(claims, end),
            "a key of nobody": Signer(stranger).sign(claims, end),
            "no key id": jwt.encode(self._body(), self._key, "EdDSA"),
            "a path as key id": jwt.encode(
                self._body(), self._key, "EdDSA", headers={"kid": "../../etc/passwd"}
            ),
            "another body under our signature": f"{head}.{richer.decode()}.{mark}",
            "cut short": self.good[:-4],
            "expired": self._ours(exp=int(time.time()) - 1),
            "no end": self._ours(exp=None),
            "an end that is no number": self._ours(exp="tomorrow"),
            "an endless end": self._ours(exp="1e999"),
            "nobody": self._ours(sub=None),
            "no session": self._ours(sid=None),
            "a person who does not exist": self._ours(sub=str(uuid4())),
            "a session that does not exist": self._ours(sid=str(uuid4())),
            "the session of somebody else": self._ours(sub=str(self._other)),
            "no ids": self._ours(sub="' OR 1=1 --", sid="*"),
        }


def doors(origin: str, token: str) -> dict[str, int]:
    """What each door answers to this token."""
    cookie = {"Cookie": f"{COOKIE}={token}"}
    found: dict[str, int] = {}
    asking = {"headers": cookie, "timeout": 20, "trust_env": False, "verify": believed()}
    with httpx.Client(base_url=origin, **asking) as client:
        for path in ("directory/me", f"aid/incidents/{new_id()}", "live/snapshot", "aid/nothing"):
            found[path] = client.get(f"/api/{path}").status_code
        for path in ("aid/duty", "aid/incidents", "directory/sign-out"):
            headers = {"Idempotency-Key": str(uuid4())}
            found[path] = client.post(f"/api/{path}", json={}, headers=headers).status_code
    with connect(
        origin.replace("http", "ws") + "/api/live/socket", additional_headers=cookie, proxy=None
    ) as way:
        try:
            way.recv(timeout=20)
            found["live/socket"] = 200
        except ConnectionClosed as over:
            assert over.rcvd is not None
            found["live/socket"] = over.rcvd.code
    return found


SHUT = {
    **dict.fromkeys(("directory/me", "live/snapshot", "aid/nothing", "aid/duty", "aid/incidents"), 401),
    "directory/sign-out": 401,
    "live/socket": CLOSE_SIGNED_OUT,
}


def is_shut(found: dict[str, int]) -> bool:
    """Whether not one door opened."""
    return all(code == SHUT.get(door, 401) for door, code in found.items())


@pytest.fixture
def forge(platform, people, places) -> Forge:
    staff = people.staff(places.take())
    person, other = staff[0].person.id, staff[1].person.id
    with people.anew(person) as client:
        session = client.read("/api/directory/me")["session"]
    return Forge(platform, person, UUID(session), other)


def test_no_forged_token_opens_any_door(forge: Forge, people) -> None:
    with Client(people.origin) as client:
        client._http.headers["Cookie"] = f"{COOKIE}={forge.good}"
        assert isinstance(client.read("/api/directory/me"), dict)
    tokens = forge.all()
    # A session that is not known yet is waited for, 5 s at each door: so all are tried at the same time.
    with ThreadPoolExecutor(len(tokens)) as pool:
        found = pool.map(lambda token: doors(people.origin, token), tokens.values())
        opened = {name: heard for name, heard in zip(tokens, found, strict=True) if not is_shut(heard)}
    assert opened == {}


def test_a_session_that_its_person_ended_opens_no_door_any_more(people, places) -> None:
    with people.anew(people.staff(places.take())[0].person.id) as client:
        token = client.cookie.partition("=")[2]
        assert client.send("/api/directory/sign-out", {}) == {}
    until(lambda: is_shut(doors(people.origin, token)), what="every door is shut")
