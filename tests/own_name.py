"""A host name of its own over TLS, on loopback; its certificate is believed by this process alone."""

import socket
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.address import BIND, HOST, HTTPS_PORT, REDIRECT_PORT, TLS
from deploy.parts.ports import free_port
from tests.journey.waiting import until

NAME: Final = "hulp.noaber.test"


def settings() -> dict[str, str]:
    """What `noaber up --real` is told for it, on free ports."""
    ports = {HTTPS_PORT: str(free_port()), REDIRECT_PORT: str(free_port())}
    return {HOST: NAME, TLS: "internal", BIND: "127.0.0.1", **ports}


def pair(folder: Path, host: str, since: datetime, until: datetime, name: str = "cert") -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    return files


def expiring(folder: Path, ends: datetime) -> list[Path]:
    """A certificate that counts until then, where the gateway keeps its own."""
    made, _ = pair(folder, NAME, ends - timedelta(days=90), ends)
    return [made.rename(folder / "noaber.crt")]


def led_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name leads to loopback, for everything in this process."""
    asked = socket.getaddrinfo

    def found(host: Any, *rest: Any, **more: Any) -> Any:
        return asked("127.0.0.1" if host == NAME else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def believed(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """The certificates that the gateway of this place issues to itself are true."""
    root = place / "data" / "caddy" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    until(root.exists, what="the gateway's own authority")
    monkeypatch.setenv("SSL_CERT_FILE", str(root))
    # Read anew, and kept for no other test.
    monkeypatch.setattr("deploy.client.believed", httpx.create_ssl_context)
