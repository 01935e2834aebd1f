"""Which tokens are believed, and what a sealed name or number is bound to."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.seal import Unreadable, new_key, public_half, seal, seal_for, unseal, unseal_told
from services.runtime.settings import Mode
from services.runtime.tokens import BadToken, Claims, Signer, Verifier, new_keys

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CLAIMS = Claims(UUID(int=1), UUID(int=2))
PRIVATE, PUBLIC = new_keys("k1")
PERSON = UUID(int=3)


def refuses(token: str, keys: dict[str, str] | None = None, mode: Mode = Mode.REAL) -> bool:
    with pytest.raises(BadToken):
        Verifier(keys or PUBLIC, mode).verify(token, NOW)
    return True


def test_a_token_says_who_and_which_session_until_it_expires() -> None:
    token = Signer(PRIVATE).sign(CLAIMS, LATER)
    verifier = Verifier(PUBLIC, Mode.REAL)
    assert verifier.verify(token, NOW) == CLAIMS
    assert verifier.verify(token, LATER - timedelta(seconds=1)) == CLAIMS
    with pytest.raises(BadToken):
        verifier.verify(token, LATER)


def test_a_token_signed_with_another_key_under_our_key_id_is_refused() -> None:
    other, _ = new_keys("k1")
    assert refuses(Signer(other).sign(CLAIMS, LATER))


def test_a_key_id_that_nobody_gave_us_is_refused() -> None:
    other, _ = new_keys("k2")
    assert refuses(Signer(other).sign(CLAIMS, LATER))


def test_another_key_signs_from_now_on_and_nobody_is_signed_out() -> None:
    newer, its_public = new_keys("k2")
    before, after = Signer(PRIVATE).sign(CLAIMS, LATER), Signer(newer).sign(CLAIMS, LATER)
    both = Verifier(PUBLIC | its_public, Mode.REAL)
    assert both.verify(before, NOW) == both.verify(after, NOW) == CLAIMS
    # Once what it signed is over, the older key is taken away, and with it whatever a thief signs.
    assert refuses(before, its_public)


def test_a_token_of_a_demonstration_is_refused_in_real_mode_whoever_configured_its_key() -> None:
    private, public = new_keys("demo-1234")
    token = Signer(private).sign(CLAIMS, LATER)
    assert Verifier(public, Mode.DEMO).verify(token, NOW) == CLAIMS
    assert refuses(token, public, Mode.REAL)


def test_a_token_without_signature_or_with_a_shared_secret_is_refused() -> None:
    body = {"sub": str(CLAIMS.person), "sid": str(CLAIMS.session), "exp": int(LATER.timestamp())}
    assert refuses(jwt.encode(body, None, "none", headers={"kid": "k1"}))
    secret = PUBLIC["k1"].encode()
    assert refuses(jwt.encode(body, secret, "HS256", headers={"kid": "k1"}))


@pytest.mark.parametrize("missing", ["sub", "sid", "exp"])
def test_a_token_that_leaves_something_out_is_refused(missing: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(PRIVATE.partition(":")[2]))
    body = {"sub": str(CLAIMS.person), "sid": str(CLAIMS.session), "exp": int(LATER.timestamp())}
    del body[missing]
    assert refuses(jwt.encode(body, key, "EdDSA", headers={"kid": "k1"}))


@pytest.mark.parametrize("end", ["1e999", "9999999999", True, 9999999999.5, None, [9999999999]])
def test_an_end_that_is_no_whole_number_is_over(end: object) -> None:
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(PRIVATE.partition(":")[2]))
    body = {"sub": str(CLAIMS.person), "sid": str(CLAIMS.session), "exp": end}
    assert refuses(jwt.encode(body, key, "EdDSA", headers={"kid": "k1"}))


@given(st.text(max_size=300))
def test_text_that_is_no_token_is_refused_and_raises_nothing_else(text: str) -> None:
    assert refuses(text)


@given(st.integers(0, 500), st.integers(1, 255))
def test_a_token_with_one_byte_changed_is_refused(place: int, change: int) -> None:
    head, body, signature = Signer(PRIVATE).sign(CLAIMS, LATER).split(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[place % len(raw)] ^= change
    forged = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    assert refuses(f"{head}.{body}.{forged}")


@given(st.text(max_size=200))
def test_what_is_sealed_comes_back_for_the_same_key_person_and_field(text: str) -> None:
    key = new_key()
    assert unseal(seal(text, key, PERSON, "phone"), key, PERSON, "phone") == text


def test_a_seal_is_bound_to_its_key_its_person_and_its_field() -> None:
    key = new_key()
    sealed = seal("06 00000000", key, PERSON, "phone")
    for other in ((new_key(), PERSON, "phone"), (key, UUID(int=4), "phone"), (key, PERSON, "name")):
        with pytest.raises(Unreadable):
            unseal(sealed, *other)


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_seal_with_one_byte_changed_is_unreadable(place: int, change: int) -> None:
    key = bytes(32)
    raw = bytearray(base64.b64decode(seal("06 00000000", key, PERSON, "phone")))
    raw[place % len(raw)] ^= change
    with pytest.raises(Unreadable):
        unseal(base64.b64encode(bytes(raw)).decode(), key, PERSON, "phone")


def test_the_same_text_is_sealed_differently_each_time() -> None:
    key = new_key()
    assert seal("a", key, PERSON, "name") != seal("a", key, PERSON, "name")


@pytest.mark.parametrize("text", ["", "zz", "no base64!", "AAAA"])
def test_what_was_never_sealed_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        unseal(text, new_key(), PERSON, "name")


@given(st.text(max_size=200))
def test_what_is_sealed_for_somebody_comes_back_for_their_key_person_and_field_alone(text: str) -> None:
    key, other = new_key(), new_key()
    told = seal_for(text, public_half(key), PERSON, "caller")
    assert unseal_told(told, key, PERSON, "caller") == text
    for wrong in ((other, PERSON, "caller"), (key, UUID(int=4), "caller"), (key, PERSON, "call_back")):
        with pytest.raises(Unreadable):
            unseal_told(told, *wrong)
    with pytest.raises(Unreadable):
        unseal_told(told, base64.b64decode(public_half(key)), PERSON, "caller")


def test_what_an_earlier_release_sealed_opens_and_the_half_that_it_gave_out_is_still_theirs() -> None:
    key = bytes(range(32))
    assert public_half(key) == "6kPVS08ec406I6nDOywxF3299wNnkiO+Vt0Rr3dgkwY="
    assert unseal("Bs5ZkLlKno8c+cR+p7ud71VQzNg7LvOsDfUShl7xl1k=", key, PERSON, "name") == "Anna"
    told = "KitscIHVeB5Bo0WYI9GDzMqh6RP5m2Of+545abkbexs7p/lJuslx1vkcjbqhOThfQExLdWax7ZiYX+hpRC+arw=="
    assert unseal_told(told, key, PERSON, "caller") == "Anna"


@pytest.mark.parametrize("text", ["", "zz", "no base64!", "AAAA", base64.b64encode(bytes(60)).decode()])
def test_what_nobody_sealed_for_anybody_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        unseal_told(text, new_key(), PERSON, "caller")
