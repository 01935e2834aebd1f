"""The one list of settings in the environment; a name that is not on it stops whoever is told it."""

import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

PREFIX: Final = "NOABER_"


def _named(names: str) -> frozenset[str]:
    return frozenset(PREFIX + each for each in names.split())


OF_SERVICES: Final = _named("""
    AID_URL ALLOWED_ORIGINS APPROACHES_PER_SLOT ASSUMED_DAYS CLOCK_OFFSET_SECONDS CONTACT_KEYS_URL
    DATABASE DATA_HOME EXPIRY_ACUTE_MINUTES EXPIRY_MINUTES HTTP_HOST HTTP_PORT INTERNAL_TOKEN KAFKA
    LIMIT_FORGED_BURST LIMIT_FORGED_PER_MINUTE LIMIT_ORGANISATION_BURST LIMIT_ORGANISATION_PER_MINUTE
    LIMIT_PERSON_BURST LIMIT_PERSON_PER_MINUTE LIMIT_SIGN_IN_BURST LIMIT_SIGN_IN_PER_MINUTE MODE
    NAMES_DUE_HOURS NOTIFICATION_URL POOL_SIZE PROVIDERS_FILE PUSH_CONTACT PUSH_HOSTS PUSH_KEY
    PUSH_PUBLIC_KEY RP_ID SEED SEED_PEOPLE SOCKETS SOCKETS_PER_SESSION TELEPHONE_ACCOUNT
    TELEPHONE_CALLBACK TELEPHONE_CALLER TELEPHONE_TOKEN TELEPHONE_URL TOKEN_PRIVATE_KEY TOKEN_PUBLIC_KEYS
    TOPIC_PREFIX TOPIC_REPLICAS TRACES_URL TRACE_SHARE
""")
"""What the services are told; a test holds it against `services/*/settings.py`."""

AROUND: Final = _named("""
    ACME_EMAIL AID AID_PASSWORD AUTO_HTTPS BIND CERTIFICATE COUNTS DIRECTORY DIRECTORY_PASSWORD DOORS
    HOME HOST HTTPS_PORT ID LIVE NOTIFICATION NOTIFICATION_PASSWORD ORIGIN PAGES PASSWORD PORT
    POSTGRES_PASSWORD REDIRECT_PORT SECRET SUPERUSER TLS TLS_BIND TLS_CERTIFICATE TLS_KEY TRUSTED_PROXIES
    URL
""")
"""What the image, the gateway, `noaber`, the tests, the pages and the README's client are told."""

KNOWN: Final = OF_SERVICES | AROUND


def unknown(environment: Iterable[str]) -> dict[str, str]:
    """Each name of ours that nobody reads, with what was meant perhaps, or an empty text."""
    found = (name for name in environment if name.upper().startswith(PREFIX) and name not in KNOWN)
    return {name: " or ".join(get_close_matches(name.upper(), KNOWN, 3, 0.8)) for name in sorted(found)}


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """Leave with 2 and one line for each name that nobody reads. Never its value: it may be a secret."""
    names = unknown(environment)
    for name, near in names.items():
        meant = f"allowed is, for example, {near}" if near else "which there are: schemas/setting_names.py"
        print(f"{name}: there is no such setting; {meant}; to go on without: unset {name}", file=sys.stderr)
    if names:
        sys.exit(2)
