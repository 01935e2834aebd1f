"""A browser as software: it subscribes to push messages, and reads what was sealed for it."""

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def text(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(written: str) -> bytes:
    """The other way round."""
    return base64.urlsafe_b64decode(written + "==")


def key_of(written: str) -> ec.EllipticCurvePrivateKey:
    """A private key out of its number in base64url."""
    return ec.derive_private_key(int.from_bytes(raw(written), "big"), CURVE)


@dataclass(frozen=True)
class PushBrowser:
    """One browser at a push service."""

    endpoint: str = "https://fcm.googleapis.com/fcm/send/one"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @classmethod
    def at(cls, number: int) -> "PushBrowser":
        """A new one, at an address with this number."""
        return cls(f"https://fcm.googleapis.com/fcm/send/{number}")

    @property
    def subscription(self) -> dict[str, str]:
        """What it gives to a page."""
        return {"endpoint": self.endpoint, "p256dh": text(self._point), "auth": text(self.auth)}

    @property
    def _point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def read(self, body: bytes) -> bytes:
        """The message (RFC 8291, section 3.4, and RFC 8188). Raises InvalidTag where it is for another."""
        salt, size = body[:16], body[20]
        theirs, rest = body[21 : 21 + size], body[21 + size :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        info = b"WebPush: info\0" + self._point + theirs
        secret = HKDF(SHA256(), 32, self.auth, info).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        filled = AESGCM(key).decrypt(nonce, rest, None).rstrip(b"\0")
        assert filled.endswith(b"\2")
        return filled[:-1]

    def shown(self, body: bytes) -> dict[str, Any]:
        """What the service worker is given."""
        return dict(json.loads(self.read(body)))
