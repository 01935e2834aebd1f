"""Signed tokens: they say who and which session, never what somebody may do."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.runtime.settings import Mode

ALGORITHM: Final = "EdDSA"
DEMO_KEY: Final = "demo-"
"""Key ids that begin so sign made-up people; a service in real mode refuses them, whoever configured it."""

REMEMBERED: Final = 10_000
"""Tokens whose signature is not judged again; judging one takes 0.2 ms, a quarter of a claim."""


class BadToken(Exception):
    """Not a token of ours, expired, or signed with a key that is not believed here."""


class Forged(BadToken):
    """In the name of one of our keys, and not signed by it: no browser comes to that by itself."""


@dataclass(frozen=True)
class Claims:
    """Who signed in, and in which session."""

    person: UUID
    session: UUID


class Verifier:
    """Believes tokens signed with one of the public keys (key id -> base64 of a raw Ed25519 key).

    A key that signs no more stays among them until what it signed is over, so nobody is signed out: after its
    base64 come a space and that moment, in ISO 8601.
    """

    def __init__(self, keys: Mapping[str, str], mode: Mode) -> None:
        self._keys = {
            name: _believed(key)
            for name, key in keys.items()
            if mode is Mode.DEMO or not name.startswith(DEMO_KEY)
        }
        # Only what was believed is remembered: a token comes with every request of its session.
        self._read_once = lru_cache(REMEMBERED)(self._read)

    def verify(self, token: str, now: datetime) -> Claims:
        """The claims of a token. Raises BadToken, or Forged; `now` is our clock, not the machine's."""
        claims, expires, until = self._read_once(token)
        if until is not None and now >= until:
            raise BadToken("retired")
        if now.timestamp() >= expires:
            raise BadToken("expired")
        return claims

    def _read(self, token: str) -> tuple[Claims, int, datetime | None]:
        """The claims of a token whose signature is right, its end, and that of its key."""
        try:
            key, until = self._keys[jwt.get_unverified_header(token)["kid"]]
            options: Any = {"require": ["exp", "sub", "sid"], "verify_exp": False}
            found = jwt.decode(token, key, algorithms=[ALGORITHM], options=options)
            end = found["exp"]
            # A number and nothing else: "1e999" would never be over.
            if type(end) is not int:
                raise BadToken("expired")
            return Claims(UUID(found["sub"]), UUID(found["sid"])), end, until
        except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as error:
            raise Forged(type(error).__name__) from error
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise BadToken(type(error).__name__) from error


def _believed(text: str) -> tuple[Ed25519PublicKey, datetime | None]:
    """A public key, and until when it is believed where that is said."""
    key, _, until = text.partition(" ")
    return (
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)),
        datetime.fromisoformat(until) if until else None,
    )


class Signer:
    """Signs tokens with one private key, given as `kid:base64 of a raw Ed25519 key`."""

    def __init__(self, key: str) -> None:
        self._name, _, secret = key.partition(":")
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret))

    def sign(self, claims: Claims, expires: datetime) -> str:
        """A token that is believed until `expires`."""
        body = {"sub": str(claims.person), "sid": str(claims.session), "exp": int(expires.timestamp())}
        return jwt.encode(body, self._key, ALGORITHM, headers={"kid": self._name})


def new_keys(name: str) -> tuple[str, dict[str, str]]:
    """A fresh pair: what the signer is given, and what every verifier is given."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return (
        f"{name}:{base64.b64encode(private.private_bytes_raw()).decode()}",
        {name: base64.b64encode(public).decode()},
    )
