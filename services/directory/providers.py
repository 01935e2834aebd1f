"""An organisation's identity provider as configured, and what one sign-in there is asked and held to."""

import base64
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

from schemas.catalogue import Function

ALGORITHMS: Final = frozenset({"RS256", "PS256", "ES256"})
"""What an ID token may be signed with; never `none`, nor a secret that both sides know."""

SCOPE: Final = "openid"


@dataclass(frozen=True)
class Provider:
    """What an administrator at the machine wrote down of an organisation's provider; its secret is elsewhere.

    `functions`: name of a group there -> functions here. Groups give functions only: its type has no place
    for a right, so whoever holds the provider can make nobody an administrator, nor give a mandate.
    """

    organisation: str
    issuer: str
    client_id: str
    algorithms: frozenset[str] = frozenset({"RS256"})
    groups_claim: str = "groups"
    functions: Mapping[str, tuple[Function, ...]] = field(default_factory=dict)
    private: bool = False
    """Whether it may stand in a closed network and without TLS, as in a test."""

    def __post_init__(self) -> None:
        """Raises ValueError for an algorithm that is not to be believed from anybody."""
        if not self.algorithms or not self.algorithms <= ALGORITHMS:
            raise ValueError(f"algorithms: choose from {', '.join(sorted(ALGORITHMS))}")


@dataclass(frozen=True)
class Ceremony:
    """One sign-in of one browser; all that must come back follows from the 32 bytes in its sealed cookie."""

    challenge: bytes

    @property
    def state(self) -> str:
        """Comes back in the address: another browser's does not fit this one's cookie."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Comes back in the ID token: one of another sign-in is not believed."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """PKCE (RFC 7636, 4.1): who only saw the code cannot trade it in. 43 characters."""
        return self._derived("verifier")

    def began(self, state: str) -> bool:
        """Whether this browser is the one that went there."""
        return hmac.compare_digest(self.state.encode(), state.encode())

    def address(self, endpoint: str, provider: Provider, back: str) -> str:
        """Where the browser goes (OpenID Connect Core, 3.1.2.1); `back` is our own address."""
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": back,
            "scope": SCOPE,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": _base64url(sha256(self.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def _derived(self, what: str) -> str:
        return _base64url(hmac.digest(self.challenge, b"oidc " + what.encode(), "sha256"))


def functions_of(groups: Iterable[str], provider: Provider) -> tuple[Function, ...]:
    """The functions that somebody's groups give, in the catalogue's order; unnamed groups give none."""
    given = {function for group in groups for function in provider.functions.get(group, ())}
    return tuple(function for function in Function if function in given)


def with_functions(
    now: Iterable[Function], groups: Iterable[str], provider: Provider
) -> tuple[Function, ...]:
    """Somebody's functions after a sign-in: those the provider decides on are as it says, others stay."""
    decided = {function for each in provider.functions.values() for function in each}
    have = (set(now) - decided) | set(functions_of(groups, provider))
    return tuple(function for function in Function if function in have)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
