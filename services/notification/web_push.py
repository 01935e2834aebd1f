"""Push messages over HTTP: RFC 8030 to send, RFC 8291 to seal for one browser, RFC 8292 to say who we are."""

import asyncio
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.push import PushSubscription, bytes_of, host_of, is_believed, text_of
from services.notification.ports import Declined, Gone, Unreachable
from services.runtime import metrics
from services.runtime.push_keys import CURVE, point_of, public_key, public_text

RECORD: Final = 4_096
"""Bytes of a record (RFC 8188); a message is one."""
LENGTH: Final = 1_024
"""Bytes to which every message is filled up: its length must not tell which one it is."""
BELIEVED_FOR: Final = timedelta(hours=12)
"""How long one of our signatures is believed; RFC 8292 allows a day."""
SECONDS: Final = 10.0
"""For one answer as a whole, however slowly it drips in: see `UNDER_WAY`."""

_AGAIN: Final = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_EARLY, httpx.codes.TOO_MANY_REQUESTS)
_GONE: Final = (httpx.codes.NOT_FOUND, httpx.codes.GONE)


def sealed(
    plain: bytes, to: PushSubscription, own: ec.EllipticCurvePrivateKey, salt: bytes, length: int
) -> bytes:
    """What only that browser reads (aes128gcm). `own`: a key for this message alone; `salt`: 16 bytes.

    `length`: to how many bytes it is filled up. Raises ValueError where the browser's key is no point.
    """
    shared = own.exchange(ec.ECDH(), public_key(to.p256dh))
    point = point_of(own)
    secret = _derived(shared, bytes_of(to.auth), b"WebPush: info\0" + bytes_of(to.p256dh) + point, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    # 2 ends the last record; what follows it is filling.
    filled = (plain + b"\x02").ljust(length, b"\0")
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(point)]) + point
    return head + AESGCM(key).encrypt(nonce, filled, None)


@dataclass(frozen=True)
class Sender:
    """Who sends: the key that browsers were told of, and where a push service finds whoever runs this.

    `hosts`: where messages may go. `played`: where a demonstration plays the push services, else empty.
    """

    key: ec.EllipticCurvePrivateKey
    contact: str
    hosts: Collection[str]
    played: str = ""


class WebPush:
    """The push services of browsers, over one client that the caller closes."""

    def __init__(self, sender: Sender, http: httpx.AsyncClient) -> None:
        self._sender = sender
        self._http = http
        self._orders = metrics.counter(metrics.PUSHES)

    async def push(
        self, reference: UUID, to: PushSubscription, plain: bytes, now: datetime, lasts: timedelta
    ) -> None:
        """The push service took it; it keeps it so long for a device that is off.

        `reference` replaces what has the same and waits there still. Raises Unreachable, Declined and Gone.
        """
        outcome = "unreachable"
        try:
            await self._sent(reference, to, plain, now, lasts)
            outcome = "taken"
        except (Declined, Gone) as no:
            outcome = "declined" if isinstance(no, Declined) else "gone"
            raise
        finally:
            self._orders.labels(outcome).inc()

    async def _sent(
        self, reference: UUID, to: PushSubscription, plain: bytes, now: datetime, lasts: timedelta
    ) -> None:
        # Again, though it was asked as it came in: the list of hosts may be another one by now.
        if not is_believed(to.endpoint, self._sender.hosts):
            raise Declined("this address is at no push service that is believed here")
        try:
            own = ec.generate_private_key(CURVE)
            body = sealed(plain, to, own, os.urandom(16), LENGTH)
        except ValueError:
            raise Declined("the browser's key is none") from None
        headers = {
            "Authorization": self._signed(to.endpoint, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(lasts.total_seconds())),
            "Topic": text_of(reference.bytes),
            "Urgency": "high",
        }
        status = await self._status(self._address(to.endpoint), body, headers)
        if status in _GONE:
            raise Gone(f"the push service answers {status}")
        if status in _AGAIN or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unreachable(f"the push service answers {status}")
        if not httpx.codes.is_success(status):
            raise Declined(f"the push service answers {status}")

    async def _status(self, address: str, body: bytes, headers: dict[str, str]) -> int:
        """Only that: what a stranger's address answers is not read, and it leads nowhere else."""
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._http.stream(
                    "POST", address, content=body, headers=headers, timeout=SECONDS, follow_redirects=False
                ) as answer,
            ):
                return answer.status_code
        # Without `from`: the request in the cause holds the address, which is what opens the device.
        except (httpx.HTTPError, TimeoutError) as away:
            raise Unreachable(type(away).__name__) from None

    def _signed(self, endpoint: str, now: datetime) -> str:
        claims = {
            "aud": f"https://{host_of(endpoint)}",
            "exp": int((now + BELIEVED_FOR).timestamp()),
            "sub": self._sender.contact,
        }
        token = jwt.encode(claims, self._sender.key, "ES256")
        return f"vapid t={token}, k={public_text(self._sender.key)}"

    def _address(self, endpoint: str) -> str:
        if not self._sender.played:
            return endpoint
        return f"{self._sender.played}/{endpoint.removeprefix('https://')}"


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
