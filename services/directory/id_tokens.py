"""ID tokens: whether what a provider says of somebody is true, and meant for this sign-in."""

import hmac
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from services.directory.providers import Provider

LONGEST: Final = 16_384
"""Characters; somebody in a hundred groups stays well below."""

MOST_GROUPS: Final = 500
SKEW: Final = timedelta(seconds=60)
"""Between the provider's clock and ours."""

SMALLEST_RSA: Final = 2_048
"""Bits (RFC 7518, 3.3)."""

LONGEST_SUBJECT: Final = 255
"""Characters (OpenID Connect Core, 2)."""

_SHAPES: Final = {"RS256": ("RSA", None), "PS256": ("RSA", None), "ES256": ("EC", "P-256")}
"""Algorithm -> kind and curve of its keys, so no key is used for what it was not made for."""

_PUBLIC: Final = ("kty", "n", "e", "crv", "x", "y")
"""Of a key: what its public half is made of. A private half, were one sent, is left where it is."""

_UNREADABLE: Final = (JoseError, ValueError, TypeError, KeyError, RecursionError)
"""What the library raises over what a stranger sent."""


class NotBelieved(Exception):
    """The token proves nothing here. Says why in our own words, never with a piece of the token."""


class UnknownKey(NotBelieved):
    """Signed with a key that is not among the known ones: the provider may have a new one."""


@dataclass(frozen=True)
class Identity:
    """Who somebody is at a provider. Only issuer and subject together are somebody; addresses are not."""

    issuer: str
    subject: str
    groups: tuple[str, ...]


def believed(
    token: str, provider: Provider, keys: Sequence[Mapping[str, Any]], nonce: str, now: datetime
) -> Identity:
    """Who signed in (OpenID Connect Core, 3.1.3.7); `keys` are the provider's, as JWKs.

    Raises NotBelieved, and UnknownKey where it may help to fetch the keys again.
    """
    if len(token) > LONGEST:
        raise NotBelieved("too long")
    header = _named(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in provider.algorithms:
        raise NotBelieved("algorithm")
    claims = _signed(token, _key(keys, header.get("kid"), algorithm), algorithm)
    _judge(claims, provider, now)
    _meant_for_us(claims, provider, nonce)
    return Identity(provider.issuer, _subject(claims), _groups(claims.get(provider.groups_claim)))


def _named(token: str) -> Mapping[str, Any]:
    """The header, which nobody vouches for yet."""
    try:
        return jws.extract_compact(token.encode()).protected
    except _UNREADABLE as odd:
        raise NotBelieved("no token") from odd


def _key(keys: Sequence[Mapping[str, Any]], name: object, algorithm: str) -> RSAKey | ECKey:
    """The one key of that name and made for that algorithm; a token without a name fits a single key only."""
    kind, curve = _SHAPES[algorithm]
    fitting = [
        key
        for key in keys
        if key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (name is None or key.get("kid") == name)
    ]
    if len(fitting) != 1:
        raise UnknownKey("key")
    reader: type[RSAKey | ECKey] = RSAKey if kind == "RSA" else ECKey
    with warnings.catch_warnings():
        # Of a short key, which is refused below.
        warnings.simplefilter("ignore", SecurityWarning)
        try:
            found = reader.import_key({name: fitting[0][name] for name in _PUBLIC if name in fitting[0]})
        except _UNREADABLE as odd:
            raise NotBelieved("unreadable key") from odd
    if isinstance(found, RSAKey) and found.public_key.key_size < SMALLEST_RSA:
        raise NotBelieved("short key")
    return found


def _signed(token: str, key: RSAKey | ECKey, algorithm: str) -> dict[str, Any]:
    """Its claims, once the signature is true."""
    try:
        return jwt.decode(token, key, algorithms=[algorithm]).claims
    except _UNREADABLE as wrong:
        raise NotBelieved(type(wrong).__name__) from wrong


def _judge(claims: dict[str, Any], provider: Provider, now: datetime) -> None:
    """Issuer, audience and times, by our own clock; what has to be there is."""
    wanted = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(SKEW.total_seconds()),
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        nonce={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        wanted.validate(claims)
    except JoseError as wrong:
        raise NotBelieved(f"{type(wrong).__name__} {getattr(wrong, 'claim', '')}") from wrong


def _meant_for_us(claims: Mapping[str, Any], provider: Provider, nonce: str) -> None:
    """A token for several parties must name us as the one it was given to."""
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise NotBelieved("given to another party")
    said = claims["nonce"]
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise NotBelieved("of another sign-in")


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise NotBelieved("subject")
    return subject


def _groups(said: object) -> tuple[str, ...]:
    """What is no list of names gives no group: somebody is still who they are."""
    if not isinstance(said, list):
        return ()
    return tuple(each for each in said[:MOST_GROUPS] if isinstance(each, str))
