"""A provider that lies is not believed: each lie differs in one thing from a token that is."""

import base64
import hmac
import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.warnings import InsecureKeyLengthWarning

from services.directory.id_tokens import LONGEST, SKEW, Identity, NotBelieved, UnknownKey, believed
from services.directory.providers import Provider

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
PROVIDER = Provider("GM0164", "https://login.example", "noaber", frozenset({"RS256", "PS256", "ES256"}))
RSA = rsa.generate_private_key(65537, 2048)
SHORT = rsa.generate_private_key(65537, 1024)
P256, OTHER_P256 = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
PEM = RSA.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def jwk(key: Any, name: str, **more: str) -> dict[str, Any]:
    kind = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**kind.to_jwk(key.public_key(), as_dict=True), "kid": name, **more}


KEYS = [jwk(RSA, "r"), jwk(P256, "e"), jwk(SHORT, "short"), jwk(P256, "sealing", use="enc")]


def claims(**other: Any) -> dict[str, Any]:
    said = {
        "iss": PROVIDER.issuer,
        "aud": PROVIDER.client_id,
        "sub": "7f3a",
        "nonce": "n-1",
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + timedelta(minutes=5)).timestamp()),
        "groups": ["beheer"],
        **other,
    }
    return {name: value for name, value in said.items() if value is not ...}


def token(said: dict[str, Any], key: Any = P256, algorithm: str = "ES256", name: str | None = "e") -> str:
    """Signed by another library than the one that judges."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureKeyLengthWarning)
        return jwt.encode(said, key, algorithm, headers={"kid": name} if name else None)


def part(value: object) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


def by_hand(algorithm: str, name: str, secret: bytes | None) -> str:
    """What a library refuses to make: unsigned, or signed with the public key as if it were a secret."""
    body = part({"alg": algorithm, "kid": name}) + b"." + part(claims())
    mark = hmac.digest(secret, body, "sha256") if secret else b""
    return (body + b"." + base64.urlsafe_b64encode(mark).rstrip(b"=")).decode()


def read(text: str, keys: list[dict[str, Any]] = KEYS, nonce: str = "n-1", at: datetime = NOW) -> Identity:
    return believed(text, PROVIDER, keys, nonce, at)


@pytest.mark.parametrize(
    ("key", "algorithm", "name"), [(P256, "ES256", "e"), (RSA, "RS256", "r"), (RSA, "PS256", "r")]
)
def test_who_tells_the_truth_is_believed(key: Any, algorithm: str, name: str) -> None:
    found = read(token(claims(), key, algorithm, name))
    assert found == Identity("https://login.example", "7f3a", ("beheer",))


@pytest.mark.parametrize(
    "other",
    [
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": ["noaber", "another"]},
        {"aud": ["noaber", "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://login.example/"},
        {"iss": "https://login.example.evil"},
        {"nonce": "n-2"},
        {"nonce": 1},
        {"sub": ""},
        {"sub": "x" * 256},
        {"exp": int((NOW - SKEW).timestamp())},
        {"exp": True},
        {"exp": float("nan")},
        {"exp": "tomorrow"},
        {"iat": int((NOW + SKEW).timestamp()) + 1},
        {"nbf": int((NOW + SKEW).timestamp()) + 1},
        *({name: ...} for name in ("iss", "aud", "sub", "nonce", "iat", "exp")),
    ],
    ids=str,
)
def test_one_false_claim_is_enough(other: dict[str, Any]) -> None:
    with pytest.raises(NotBelieved):
        read(token(claims(**other)))


@pytest.mark.parametrize(
    "lie",
    [
        by_hand("none", "e", None),
        by_hand("None", "e", None),
        by_hand("HS256", "r", PEM),
        token(claims(), OTHER_P256),
        token(claims(), RSA, "RS256", "e"),
        token(claims(), SHORT, "RS256", "short"),
        token(claims(), P256, "ES256", "sealing"),
        token(claims(filler="x" * LONGEST)),
        token(claims())[:-4] + "AAAA",
        "",
        "a.b.c",
    ],
    ids=[
        "none", "None", "HS256 with the public key", "another's key", "key of another kind", "short key",
        "key for sealing", "too long", "bent signature", "empty", "no token",
    ],
)  # fmt: skip
def test_a_false_signature_is_not_believed(lie: str) -> None:
    with pytest.raises(NotBelieved):
        read(lie)


def test_a_new_key_is_told_from_a_lie() -> None:
    new = token(claims(), OTHER_P256, name="new")
    with pytest.raises(UnknownKey):
        read(new)
    assert read(new, [*KEYS, jwk(OTHER_P256, "new")]).subject == "7f3a"


def test_a_token_that_names_no_key_fits_a_single_one_only() -> None:
    nameless = token(claims(), name=None)
    assert read(nameless, [jwk(P256, "e")]).subject == "7f3a"
    with pytest.raises(UnknownKey):
        read(nameless, [jwk(P256, "e"), jwk(OTHER_P256, "f")])


def test_an_algorithm_that_the_organisation_did_not_choose_is_not_believed() -> None:
    narrow = Provider("GM0164", PROVIDER.issuer, PROVIDER.client_id, frozenset({"RS256"}))
    with pytest.raises(NotBelieved, match="algorithm"):
        believed(token(claims()), narrow, KEYS, "n-1", NOW)


@pytest.mark.parametrize("said", [..., "beheer", {"beheer": 1}, [1, None]], ids=str)
def test_odd_groups_give_none(said: Any) -> None:
    assert read(token(claims(groups=said))).groups == ()
