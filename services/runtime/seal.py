"""Seals personal data with a data key per person, so that destroying the key destroys every copy.

Who holds the key seals with it; who does not seals for its public half, which stands on the person.
"""

import base64
import os
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE: Final = 12
"""Bytes; the size that NIST SP 800-38D recommends for GCM."""


HALF: Final = 32
"""Bytes of a public key (RFC 7748)."""


class Unreadable(Exception):
    """The key does not fit: another key, another person or field, or the bytes were changed."""


def new_key() -> bytes:
    """A key for one person (AES-256)."""
    return AESGCM.generate_key(256)


def seal(text: str, key: bytes, person: UUID, field: str) -> str:
    """Base64 of nonce and ciphertext; bound to the person and the field, so that it cannot be moved."""
    nonce = os.urandom(NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), _bound_to(person, field))
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, key: bytes, person: UUID, field: str) -> str:
    """The text again. Raises Unreadable."""
    try:
        whole = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(whole[:NONCE], whole[NONCE:], _bound_to(person, field)).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable(field) from error


def public_half(key: bytes) -> str:
    """What others seal with for who has this data key: base64; it opens nothing."""
    return base64.b64encode(_private(key).public_key().public_bytes_raw()).decode()


def seal_for(text: str, half: str, person: UUID, field: str) -> str:
    """Base64 of a public key made for this once, nonce and ciphertext; bound as by `seal`."""
    once, theirs = X25519PrivateKey.generate(), base64.b64decode(half)
    said = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(theirs))
    inner = seal(text, _derived(shared, said + theirs), person, field)
    return base64.b64encode(said + base64.b64decode(inner)).decode()


def unseal_told(sealed: str, key: bytes, person: UUID, field: str) -> str:
    """What was sealed for this data key, again. Raises Unreadable."""
    own = _private(key)
    try:
        whole = base64.b64decode(sealed, validate=True)
        shared = own.exchange(X25519PublicKey.from_public_bytes(whole[:HALF]))
    except ValueError as error:
        raise Unreadable(field) from error
    opens = _derived(shared, whole[:HALF] + own.public_key().public_bytes_raw())
    return unseal(base64.b64encode(whole[HALF:]).decode(), opens, person, field)


def _private(key: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_derived(key, b"noaber: what others seal"))


def _derived(secret: bytes, about: bytes) -> bytes:
    """A key of its own for each use (RFC 5869)."""
    return HKDF(SHA256(), HALF, salt=None, info=about).derive(secret)


def _bound_to(person: UUID, field: str) -> bytes:
    return f"{person}/{field}".encode()
