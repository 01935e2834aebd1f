"""After the key that signs was changed who is signed in goes on, and a new session is of the new key."""

import jwt

from services.runtime.tokens import new_keys
from tests.contract.doorstep import PUBLIC, Browser, directory, signed_in

PRIVATE, NEW = new_keys("k-next")


def key_of(here: Browser) -> str:
    """The name of the key that signed the session of this browser."""
    [token] = [value for name, value in here.http.cookies.items() if name.endswith("noaber_session")]
    return str(jwt.get_unverified_header(token)["kid"])


async def test_a_session_survives_and_the_next_one_is_signed_by_the_new_key(filled: str) -> None:
    async with directory(filled) as app:
        before, phone, me = await signed_in(app)
    assert key_of(before) == "k-real"
    async with directory(filled, keys=(PRIVATE, {**NEW, **PUBLIC})) as app:
        old, new = Browser(app), Browser(app)
        old.http.cookies = before.http.cookies
        assert (await old.me())["person"] == me
        await new.sign_in(phone)
        assert key_of(new) == "k-next"
        assert (await new.me())["person"] == me
    # Once the old key is taken away: its sessions are over, the others are not.
    async with directory(filled, keys=(PRIVATE, NEW)) as app:
        for known, status in ((old, 401), (new, 200)):
            here = Browser(app)
            here.http.cookies = known.http.cookies
            assert (await here.get("me"))[0] == status
