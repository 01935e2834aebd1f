"""Our token is found whatever other cookies a browser sends along."""

import pytest

from services.runtime.who import token_in


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
    assert token_in(header) == "a.b-c_d"


@pytest.mark.parametrize("header", ["", "noaber_session", "NOABER_SESSION=x", "noaber_session=", "a=b"])
def test_no_token_is_none(header: str) -> None:
    assert token_in(header) is None
