"""Seals personal data with a data key per person, so that destroying the key destroys every copy."""

import base64
import os
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE: Final = 12
"""Bytes; the size that NIST SP 800-38D recommends for GCM."""


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


def _bound_to(person: UUID, field: str) -> bytes:
    return f"{person}/{field}".encode()
