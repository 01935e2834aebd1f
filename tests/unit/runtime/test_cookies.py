"""Our token is found whatever other cookies a browser sends along."""

import pytest

from services.runtime.origins import Origins
from services.runtime.who import COOKIE, HOST_ONLY, cookie_for, token_in


@pytest.mark.parametrize(
    "header",
    [
        "noaber_session=a.b-c_d",
        "theme=dark; noaber_session=a.b-c_d",
        'odd[name]=1; {"json": "x"}; =; ;noaber_session=a.b-c_d; é=ü',
        "not_noaber_session=other; noaber_session=a.b-c_d",
        "noaber_session=a.b-c_d; noaber_session=later",
        "x=noaber_session=other;noaber_session=a.b-c_d",
    ],
)
def test_no_foreign_cookie_hides_our_token(header: str) -> None:
    assert token_in(header, COOKIE) == "a.b-c_d"


@pytest.mark.parametrize("header", ["", "noaber_session", "NOABER_SESSION=x", "noaber_session=", "a=b"])
def test_no_token_is_none(header: str) -> None:
    assert token_in(header, COOKIE) is None


def test_over_tls_only_the_cookie_of_this_very_host_is_read() -> None:
    header = "noaber_session=planted; __Host-noaber_session=ours"
    assert cookie_for(Origins.of("https://noaber.example")) == HOST_ONLY
    assert token_in(header, HOST_ONLY) == "ours"
    assert token_in("noaber_session=planted", HOST_ONLY) is None
    for mixed in ("", "http://localhost:7400", "https://noaber.example,http://noaber.example"):
        assert cookie_for(Origins.of(mixed)) == COOKIE
