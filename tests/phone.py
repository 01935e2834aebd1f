"""A phone as software: makes passkeys and signs with them, and lies where a test asks it to."""

import base64
import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, BACKED_UP, NEW_KEY = 0x01, 0x04, 0x18, 0x40
UNLOCKED = PRESENT | VERIFIED | BACKED_UP


def text_of(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Phone:
    """One key on one phone. `counts`: whether it says how often the key was used; most do not."""

    def __init__(self, *, counts: bool = False) -> None:
        self.credential = secrets.token_bytes(16)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._counts = counts
        self.used = 0

    def make(self, options: dict[str, Any], origin: str, flags: int = UNLOCKED) -> dict[str, str]:
        """The answer to a request for a new key."""
        numbers = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        length = len(self.credential).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential + encode_cbor(public)
        data = self._authenticator(options["rp"]["id"], flags | NEW_KEY) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return {
            "credential": text_of(self.credential),
            "client_data": text_of(_client_data("webauthn.create", options, origin)),
            "attestation": text_of(attestation),
        }

    def sign(self, options: dict[str, Any], origin: str, flags: int = UNLOCKED) -> dict[str, str]:
        """The answer to a request for a signature."""
        self.used += self._counts
        data = self._authenticator(options["rpId"], flags)
        said = _client_data("webauthn.get", options, origin)
        signature = self._key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "credential": text_of(self.credential),
            "client_data": text_of(said),
            "authenticator_data": text_of(data),
            "signature": text_of(signature),
        }

    def _authenticator(self, party: str, flags: int) -> bytes:
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + self.used.to_bytes(4, "big")


def _client_data(kind: str, options: dict[str, Any], origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": options["challenge"], "origin": origin}).encode()
