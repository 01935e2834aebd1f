"""What one provider says of itself and of who signed in there: asked over the network, kept for a while."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from schemas.refused import Refused
from services.directory.id_tokens import Identity, NotBelieved, UnknownKey, believed
from services.directory.outside import Away, ask
from services.directory.providers import Ceremony, Provider

log: Final = logging.getLogger(__name__)

KEPT: Final = 3_600.0
"""Seconds for which what a provider said of itself and its keys counts."""

RENEWED: Final = 60.0
"""Seconds between two looks for a new key: tokens with unknown ones must not make us knock all the time."""

RESTS: Final = 10.0
"""Seconds for which one that was away is not asked again, so that all who wait are told at once."""

MOST_KEYS: Final = 100


@dataclass(frozen=True)
class About:
    """Addresses of a provider, how it wants to be told our secret, and whether it signs its way back."""

    authorization: str
    token: str
    keys: str
    basic: bool
    names_itself: bool


class Meeting:
    """One provider, as far as it is known here. Refused: `provider_away` wherever it gives nothing usable."""

    def __init__(
        self, provider: Provider, secret: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.provider = provider
        self._secret = secret
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._about: tuple[float, About] | None = None
        self._keys: tuple[float, list[dict[str, Any]]] | None = None
        self._rests_until = 0.0

    async def address(self, ceremony: Ceremony, back: str) -> str:
        """Where the browser goes."""
        return ceremony.address((await self.about()).authorization, self.provider, back)

    async def about(self) -> About:
        """What it says of itself (OpenID Connect Discovery, 4)."""
        async with self._lock:
            if self._about is None or self._monotonic() >= self._about[0] + KEPT:
                found = _about(await self._ask(f"{self.provider.issuer}/.well-known/openid-configuration"))
                if found is None or found[0] != self.provider.issuer:
                    raise self._odd("its configuration is not that of its issuer")
                if not (self.provider.private or found[1].authorization.startswith("https://")):
                    raise self._odd("it sends people to an address without TLS")
                self._about = self._monotonic(), found[1]
            return self._about[1]

    async def who(self, code: str, ceremony: Ceremony, back: str, said: str, now: datetime) -> Identity:
        """Trade a code in for who signed in. `said`: the issuer that the way back names (RFC 9207).

        Refused: `provider_refused`, and `provider_not_believed` for one that lies.
        """
        about = await self.about()
        if said != self.provider.issuer and (said or about.names_itself):
            raise self._lies("the way back names another provider")
        token = await self._traded(about, code, ceremony, back)
        try:
            try:
                return believed(token, self.provider, await self._known(about), ceremony.nonce, now)
            except UnknownKey:
                keys = await self._known(about, KEPT - RENEWED)
                return believed(token, self.provider, keys, ceremony.nonce, now)
        except NotBelieved as lie:
            raise self._lies(str(lie)) from lie

    async def _traded(self, about: About, code: str, ceremony: Ceremony, back: str) -> str:
        """The ID token that a code is good for (OpenID Connect Core, 3.1.3)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": ceremony.verifier,
        }
        own = self.provider.client_id, self._secret
        if not about.basic:
            form |= {"client_id": own[0], "client_secret": own[1]}
        # Both halves as in a form (RFC 6749, 2.3.1).
        auth = (quote(own[0], safe=""), quote(own[1], safe="")) if about.basic else None
        try:
            status, answer = await ask(about.token, private=self.provider.private, form=form, auth=auth)
        except Away as away:
            raise self._odd(str(away)) from away
        if status >= 500:
            raise self._odd(f"status {status}")
        token = answer.get("id_token")
        if status != 200 or not isinstance(token, str):
            log.warning("the provider of %s refused a code: status %d", self.provider.organisation, status)
            raise Refused("provider_refused")
        return token

    async def _known(self, about: About, younger: float = 0.0) -> Sequence[dict[str, Any]]:
        """Its keys; those that are older than a while less `younger` seconds are asked for again."""
        async with self._lock:
            if self._keys is None or self._monotonic() >= self._keys[0] + KEPT - younger:
                said = (await self._ask(about.keys)).get("keys")
                if not isinstance(said, list):
                    raise self._odd("no keys")
                self._keys = self._monotonic(), [each for each in said[:MOST_KEYS] if isinstance(each, dict)]
            return self._keys[1]

    async def _ask(self, url: str) -> dict[str, Any]:
        if self._monotonic() < self._rests_until:
            raise Refused("provider_away", retry_after=int(RESTS))
        try:
            status, answer = await ask(url, private=self.provider.private)
        except Away as away:
            self._rests_until = self._monotonic() + RESTS
            raise self._odd(str(away)) from away
        if status != 200:
            self._rests_until = self._monotonic() + RESTS
            raise self._odd(f"status {status}")
        return answer

    def _odd(self, why: str) -> Refused:
        log.warning("the provider of %s cannot be used: %s", self.provider.organisation, why)
        return Refused("provider_away", retry_after=int(RESTS))

    def _lies(self, why: str) -> Refused:
        log.error("the provider of %s is not believed: %s", self.provider.organisation, why)
        return Refused("provider_not_believed")


def _about(said: dict[str, Any]) -> tuple[str, About] | None:
    """Issuer and addresses, where they are all there."""
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    issuer, authorization, token, keys = (said.get(name) for name in names)
    if not (
        isinstance(issuer, str)
        and isinstance(authorization, str)
        and isinstance(token, str)
        and isinstance(keys, str)
        and authorization.startswith(("https://", "http://"))
    ):
        return None
    ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    basic = not isinstance(ways, list) or "client_secret_basic" in ways
    names_itself = said.get("authorization_response_iss_parameter_supported") is True
    return issuer, About(authorization, token, keys, basic, names_itself)
