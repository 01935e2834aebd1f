"""A host name of its own over TLS, on loopback; its certificate is believed by this process alone."""

import socket
from pathlib import Path
from typing import Any, Final

import pytest

from deploy.address import BIND, HOST, HTTPS_PORT, REDIRECT_PORT, TLS
from deploy.parts.ports import free_port
from tests.journey.waiting import until

NAME: Final = "hulp.noaber.test"


def settings() -> dict[str, str]:
    """What `noaber up --real` is told for it, on free ports."""
    ports = {HTTPS_PORT: str(free_port()), REDIRECT_PORT: str(free_port())}
    return {HOST: NAME, TLS: "internal", BIND: "127.0.0.1", **ports}


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
