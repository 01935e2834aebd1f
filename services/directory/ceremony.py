"""WebAuthn: what a phone is asked, and whether its answer is true; py_webauthn does the arithmetic."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric import ec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor, options_to_json_dict
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from schemas.events.access import Passkey
from schemas.refused import Refused
from services.directory.bodies import Assertion, Attestation
from services.directory.challenges import LASTS
from services.runtime.origins import Origins

NAMESPACE: Final = UUID("0f6e1f5e-6f0b-5c57-9d0e-8f0c6f2a7d11")
"""Of the ids of passkeys, which follow from what the phone calls them."""

NAME: Final = "Noaber"
PATIENCE: Final = int(LASTS.total_seconds() * 1000)
LOCAL: Final = ".localhost"


@dataclass(frozen=True)
class Site:
    """Which pages may ask for a passkey, and the name their keys belong to.

    Browsers let no page under `.localhost` use keys of `localhost`, so there each host has its own; that is a
    demonstration's matter, where each role has a host.
    """

    rp_id: str
    origins: Origins

    def party(self, origin: str) -> str:
        """The relying party of a page: the configured one, whatever the page says."""
        host = urlsplit(origin).hostname or ""
        local = self.rp_id == LOCAL[1:] and host.endswith(LOCAL)
        return host if local and self.origins.allow(origin) else self.rp_id


@dataclass(frozen=True)
class Signed:
    """A true answer: how often the phone says the key was used; 0 where it does not count."""

    sign_count: int


def to_make(
    challenge: bytes, party: str, person: UUID, name: str, known: Iterable[Passkey]
) -> dict[str, Any]:
    """What a phone is asked for a new key: one that it finds by itself and opens for its owner only."""
    options = generate_registration_options(
        rp_id=party,
        rp_name=NAME,
        user_id=person.bytes,
        user_name=name,
        user_display_name=name,
        challenge=challenge,
        timeout=PATIENCE,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_described(each) for each in known],
    )
    return dict(options_to_json_dict(options))


def to_sign(challenge: bytes, party: str) -> dict[str, Any]:
    """What a phone is asked to sign; it says itself whose key it has, so nobody learns who has one."""
    options = generate_authentication_options(
        rp_id=party,
        challenge=challenge,
        timeout=PATIENCE,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options_to_json_dict(options))


def made(answer: Attestation, challenge: bytes, site: Site, now: datetime) -> tuple[Passkey, Signed]:
    """The key that a phone made. Refused: `passkey_refused`."""
    origin = _origin_in(answer.client_data, site)
    credential = _credential(
        answer.credential, {"clientDataJSON": answer.client_data, "attestationObject": answer.attestation}
    )
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.party(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except Exception as wrong:
        # It reads what a stranger sent; whatever it stumbles over is no answer of a phone.
        raise Refused("passkey_refused") from wrong
    credential_id = bytes_to_base64url(found.credential_id)
    passkey = Passkey(
        id=passkey_id(credential_id),
        credential=credential_id,
        public_key=bytes_to_base64url(found.credential_public_key),
        added_at=now,
        aaguid=UUID(found.aaguid),
        backed_up=found.credential_backed_up,
    )
    return passkey, Signed(found.sign_count)


def signed(answer: Assertion, challenge: bytes, site: Site, public_key: str, counted: int) -> Signed:
    """Whether the holder of that key signed the challenge. Refused: `passkey_refused`."""
    origin = _origin_in(answer.client_data, site)
    credential = _credential(
        answer.credential,
        {
            "clientDataJSON": answer.client_data,
            "authenticatorData": answer.authenticator_data,
            "signature": answer.signature,
        },
    )
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.party(origin),
            expected_origin=origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=counted,
            require_user_verification=True,
        )
    except Exception as wrong:
        # As above.
        raise Refused("passkey_refused") from wrong
    return Signed(found.new_sign_count)


def passkey_id(credential: str) -> UUID:
    """Our own id of a key, short enough for a path."""
    return uuid5(NAMESPACE, credential)


def nobodys_key() -> str:
    """The public half of a key that nobody holds: an unknown one takes as long to refuse as a known one."""
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
    return bytes_to_base64url(encode_cbor(cose))


def _origin_in(client_data: str, site: Site) -> str:
    """The page that asked, as the browser wrote it down; only one of ours. Refused: `passkey_refused`."""
    try:
        padded = client_data + "=" * (-len(client_data) % 4)
        origin = json.loads(base64.urlsafe_b64decode(padded))["origin"]
        if isinstance(origin, str) and site.origins.allow(origin):
            return origin
    except (ValueError, TypeError, KeyError, RecursionError) as odd:
        raise Refused("passkey_refused") from odd
    raise Refused("passkey_refused")


def _credential(key: str, response: Mapping[str, str]) -> dict[str, Any]:
    """A phone's answer as browsers write it down (WebAuthn level 3, 5.1)."""
    return {"id": key, "rawId": key, "type": "public-key", "response": dict(response)}


def _described(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential))
