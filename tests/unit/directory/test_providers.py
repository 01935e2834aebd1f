"""What a browser takes to an identity provider, what must come back, and what groups there give here."""

import base64
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest

from schemas.catalogue import Function
from services.directory.providers import Ceremony, Provider, functions_of

PROVIDER = Provider(
    "GM0164",
    "https://login.example",
    "noaber",
    functions={"beheer": (Function.NETWORK, Function.SYSTEM_ADMINISTRATION), "net": (Function.NETWORK,)},
)
CEREMONY, ANOTHER = Ceremony(bytes(32)), Ceremony(bytes(range(32)))
BACK = "https://noaber.example/back"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS1"])
def test_no_provider_may_sign_with_what_proves_nothing(algorithm: str) -> None:
    with pytest.raises(ValueError, match="algorithms"):
        Provider("GM0164", "https://login.example", "noaber", frozenset({"RS256", algorithm}))
    with pytest.raises(ValueError, match="algorithms"):
        Provider("GM0164", "https://login.example", "noaber", frozenset())


def test_only_the_browser_that_went_there_comes_back() -> None:
    assert CEREMONY.began(CEREMONY.state)
    assert not CEREMONY.began(ANOTHER.state)
    assert not CEREMONY.began("")
    assert not CEREMONY.began("é")


def test_the_address_tells_the_digest_of_the_verifier_and_never_the_verifier() -> None:
    address = CEREMONY.address("https://login.example/auth?tenant=1", PROVIDER, BACK)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    digest = sha256(CEREMONY.verifier.encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert (asked["code_challenge_method"], asked["tenant"], asked["redirect_uri"]) == ("S256", "1", BACK)
    assert CEREMONY.verifier not in address
    assert len({CEREMONY.state, CEREMONY.nonce, CEREMONY.verifier, ANOTHER.verifier}) == 4


def test_groups_give_functions_once_and_unknown_ones_nothing() -> None:
    assert functions_of(["net", "beheer", "directie"], PROVIDER) == (
        Function.SYSTEM_ADMINISTRATION,
        Function.NETWORK,
    )
    assert functions_of(["administer", "mandate"], PROVIDER) == ()
