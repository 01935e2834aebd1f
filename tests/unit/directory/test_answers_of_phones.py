"""Whatever is sent for a phone's answer is refused in one word, and never stops the directory."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.refused import Refused
from services.directory.bodies import Assertion, Attestation
from services.directory.ceremony import Site, made, nobodys_key, signed
from services.runtime.origins import Origins
from tests.badinput.counts import cases
from tests.phone import Phone, text_of

ORIGIN = "http://localhost:1"
SITE = Site("localhost", Origins((ORIGIN, "http://*.localhost:1")))
CHALLENGE = bytes(range(32))
NOW = datetime(2026, 1, 5, tzinfo=UTC)

ASKED = {"challenge": text_of(CHALLENGE), "rpId": "localhost", "rp": {"id": "localhost"}}
PHONE = Phone()
SIGNED, MADE = PHONE.sign(ASKED, ORIGIN), PHONE.make(ASKED, ORIGIN)
KEY = made(Attestation(**MADE), CHALLENGE, SITE, NOW)[0].public_key

bits = st.binary(max_size=120).map(text_of).filter(bool)
headed = st.sampled_from(
    [b'{"origin": "%s"}' % ORIGIN.encode(), b'{"origin": 7}', b"[]", b"null", b'"x"', b"[" * 20_000, b"\xff"]
).map(text_of)


def bent(good: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    """An answer with one part replaced, cut short or one bit turned; the id of a key is no proof."""

    def turned(name: str) -> st.SearchStrategy[str]:
        whole = base64.urlsafe_b64decode(good[name] + "==")

        def turn(place: int) -> str:
            changed = bytearray(whole)
            changed[place] ^= 1
            return text_of(bytes(changed))

        places = st.integers(0, len(whole) - 1)
        return st.one_of(places.map(turn), places.map(lambda end: text_of(whole[: end + 1])), bits, headed)

    parts = sorted(good.keys() - {"credential"})
    found = st.sampled_from(parts).flatmap(lambda name: turned(name).map(lambda bad: {**good, name: bad}))
    return found.filter(lambda answer: answer != good)


def test_a_signature_that_was_not_bent_is_taken_from_its_key_and_from_no_other() -> None:
    assert signed(Assertion(**SIGNED), CHALLENGE, SITE, KEY, 0).sign_count == 0
    with pytest.raises(Refused, match="passkey_refused"):
        signed(Assertion(**SIGNED), CHALLENGE, SITE, nobodys_key(), 0)


@pytest.mark.timeout(900)
@settings(max_examples=cases(short=150, long=20_000), database=None)
@given(answer=bent(SIGNED))
def test_no_signature_that_was_bent_is_taken_or_breaks_anything(answer: dict[str, str]) -> None:
    with pytest.raises(Refused, match="passkey_refused"):
        signed(Assertion(**answer), CHALLENGE, SITE, KEY, 0)


@pytest.mark.timeout(900)
@settings(max_examples=cases(short=150, long=20_000), database=None)
@given(answer=bent(MADE))
def test_a_key_that_was_bent_on_its_way_breaks_nothing(answer: dict[str, str]) -> None:
    try:
        passkey, _ = made(Attestation(**answer), CHALLENGE, SITE, NOW)
    except Refused as refused:
        assert refused.code == "passkey_refused"
    else:
        # Nothing signs a key that comes without an attestation: what is taken is at least whole.
        assert json.loads(passkey.model_dump_json())["credential"]


@pytest.mark.parametrize(
    ("origin", "party"),
    [
        (ORIGIN, "localhost"),
        ("http://wilma.localhost:1", "wilma.localhost"),
        ("http://wilma.localhost:2", "localhost"),
        ("http://evil.example", "localhost"),
        ("http://localhost.evil.example:1", "localhost"),
        ("", "localhost"),
    ],
)
def test_keys_belong_to_the_platforms_own_name_whatever_a_page_says(origin: str, party: str) -> None:
    assert SITE.party(origin) == party
    real = Site("noaber.example", Origins(("https://noaber.example",)))
    assert real.party(origin) == "noaber.example"
