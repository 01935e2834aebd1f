"""Where people go: loopback for who tries it out, or a host name of its own over TLS."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from deploy.bootstrap import SetupFailed

LOOPBACK: Final = "localhost"

HOST: Final = "NOABER_HOST"
RP_ID: Final = "NOABER_RP_ID"
TLS: Final = "NOABER_TLS"
EMAIL: Final = "NOABER_ACME_EMAIL"
CERTIFICATE: Final = "NOABER_TLS_CERTIFICATE"
KEY: Final = "NOABER_TLS_KEY"
HTTPS_PORT: Final = "NOABER_HTTPS_PORT"
REDIRECT_PORT: Final = "NOABER_REDIRECT_PORT"
BIND: Final = "NOABER_TLS_BIND"
ALL: Final = (HOST, RP_ID, TLS, EMAIL, CERTIFICATE, KEY, HTTPS_PORT, REDIRECT_PORT, BIND)

_LABEL: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: browsers take no passkeys of an IP address.
_NAME: Final = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9]")
_MAIL: Final = re.compile(r"[^\s@\"{}]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}")
_BIND: Final = re.compile(r"[0-9a-fA-F.:\[\] ]+")


@dataclass(frozen=True)
class Door:
    """The door to the network. `certificate`: what Caddy's `tls` is told; `bind`: addresses, by spaces."""

    certificate: str
    bind: str
    https_port: int
    redirect_port: int


@dataclass(frozen=True)
class Address:
    """`rp_id`: the name that passkeys belong to, the host's own or that of a domain above it."""

    host: str = LOOPBACK
    rp_id: str = LOOPBACK
    door: Door | None = None

    def origin(self, base: int) -> str:
        """What stands before the path in the browser. `base`: the port of the door on loopback."""
        if self.door is None:
            return f"http://{self.host}:{base}"
        port = self.door.https_port
        return f"https://{self.host}" if port == 443 else f"https://{self.host}:{port}"

    def origins(self, base: int) -> str:
        """The pages from which orders are taken, as `allowed_origins` is written."""
        own = self.origin(base)
        # In a demonstration each role has a host of its own.
        return own if self.door is not None else f"{own},http://*.{LOOPBACK}:{base}"

    def told(self, base: int) -> dict[str, str]:
        """What Caddy is told of it."""
        if self.door is None:
            return {}
        return {
            "NOABER_DOORS": "tls",
            "NOABER_AUTO_HTTPS": "disable_redirects",
            "NOABER_ORIGIN": self.origin(base),
            "NOABER_CERTIFICATE": self.door.certificate,
            HOST: self.host,
            BIND: self.door.bind,
            HTTPS_PORT: str(self.door.https_port),
            REDIRECT_PORT: str(self.door.redirect_port),
        }


HERE: Final = Address()


def address_in(environment: Mapping[str, str], now: datetime) -> Address:
    """What the environment says; loopback where it names no host.

    Raises SetupFailed: the setting, what was found, and what is allowed.
    """
    said = {name: environment.get(name, "").strip() for name in ALL}
    if not said[HOST]:
        for name in ALL:
            if said[name]:
                raise _wrong(name, said[name], f"only beside {HOST}")
        return HERE
    host = _matching(HOST, said[HOST], _NAME, "a host name in small letters, such as noaber.example.nl")
    rp_id = said[RP_ID] or host
    if not _NAME.fullmatch(rp_id) or not f".{host}".endswith(f".{rp_id}"):
        raise _wrong(RP_ID, rp_id, f"{host}, or a domain above it in which all host names are yours")
    door = Door(
        certificate=_certificate(said, host, now),
        bind=_matching(BIND, said[BIND] or "0.0.0.0", _BIND, "addresses of this machine"),  # noqa: S104
        https_port=_port(HTTPS_PORT, said[HTTPS_PORT] or "443"),
        redirect_port=_port(REDIRECT_PORT, said[REDIRECT_PORT] or "80"),
    )
    if door.https_port == door.redirect_port:
        raise _wrong(REDIRECT_PORT, str(door.redirect_port), f"another port than that of {HTTPS_PORT}")
    return Address(host, rp_id, door)


def refuse_another_name(place: Path, rp_id: str) -> None:
    """Keep the name that the passkeys of this place belong to. Raises SetupFailed where it was another."""
    file = place / "rp_id"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(rp_id)
        return
    before = file.read_text().strip()
    if before != rp_id:
        raise _wrong(
            RP_ID,
            rp_id,
            f"{before}, to which all passkeys of {place} belong: with another name each of them is useless. "
            f"Meant so? Remove {file}, and invite everybody anew",
        )


def _certificate(said: Mapping[str, str], host: str, now: datetime) -> str:
    kind = said[TLS] or "acme"
    if kind == "internal":
        return "internal"
    if kind == "acme":
        # Caddy takes the address in this place; who issues a certificate warns there before it runs out.
        return _matching(
            EMAIL, said[EMAIL], _MAIL, f"a mail address for who issues the certificate ({TLS}=acme)"
        )
    if kind == "files":
        return _files(said[CERTIFICATE], said[KEY], host, now)
    raise _wrong(TLS, kind, "acme, files or internal")


def _files(certificate: str, key: str, host: str, now: datetime) -> str:
    for name, path in ((CERTIFICATE, certificate), (KEY, key)):
        if not Path(path).is_absolute() or not Path(path).is_file() or set(path) & set('"{}\n'):
            raise _wrong(name, path, f"the whole path of a PEM file that can be read ({TLS}=files)")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        first, *_ = x509.load_pem_x509_certificates(Path(certificate).read_bytes())
        names = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound) as wrong:
        allowed = f"a certificate with names, the server's first, and in {KEY} its own key without a password"
        raise _wrong(CERTIFICATE, certificate, allowed) from wrong
    for_these = names.get_values_for_type(x509.DNSName)
    if host not in for_these and f"*.{host.partition('.')[2]}" not in for_these:
        raise _wrong(CERTIFICATE, f"{certificate}, for {', '.join(for_these)}", f"one for {host}")
    if not first.not_valid_before_utc <= now < first.not_valid_after_utc:
        lasts = f"{first.not_valid_before_utc:%d-%m-%Y} to {first.not_valid_after_utc:%d-%m-%Y}"
        raise _wrong(CERTIFICATE, f"{certificate}, valid from {lasts}", "one that is valid today")
    return f'"{certificate}" "{key}"'


def _port(name: str, found: str) -> int:
    if not found.isascii() or not found.isdigit() or not 1 <= int(found) <= 65535:
        raise _wrong(name, found, "a port, 1 to 65535")
    return int(found)


def _matching(name: str, found: str, pattern: re.Pattern[str], allowed: str) -> str:
    if not pattern.fullmatch(found):
        raise _wrong(name, found, allowed)
    return found


def _wrong(name: str, found: str, allowed: str) -> SetupFailed:
    said = f"found {found!r}" if found else "not set"
    return SetupFailed(f"{name}: {said}; allowed: {allowed}")
