"""The key with which an installation shows push services who it is (RFC 8292): P-256, in base64url."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from schemas.push import bytes_of, text_of

CURVE: Final = ec.SECP256R1()
BYTES: Final = 32


def new_push_key() -> str:
    """A fresh private key."""
    return text_of(ec.generate_private_key(CURVE).private_numbers().private_value.to_bytes(BYTES, "big"))


def push_private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """The key out of its text. Raises ValueError, which does not hold what stood there."""
    try:
        raw = bytes_of(text)
    except ValueError:
        raw = b""
    if len(raw) != BYTES:
        raise ValueError("a private key of 32 bytes in base64url, as `noaber init` makes it")
    return ec.derive_private_key(int.from_bytes(raw, "big"), CURVE)


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """What browsers are told, in base64url."""
    return text_of(point_of(key))


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, uncompressed."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key(text: str) -> ec.EllipticCurvePublicKey:
    """Somebody's public half out of base64url. Raises ValueError where it is no point of the curve."""
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, bytes_of(text))
