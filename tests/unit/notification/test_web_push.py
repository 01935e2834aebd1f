"""Push messages by the standards' own example, to believed addresses alone, and as poor as a text."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest

from schemas.push import BROWSERS, PushSubscription, hosts_in, is_believed
from services.notification import web_push
from services.notification.ports import Declined, Gone, Unreachable
from services.notification.rules.notices import About, Notice
from services.notification.rules.pushing import PAGES, shown, still
from services.notification.rules.sending import TextMessage, TextState
from services.notification.rules.text_words import LONGEST, on_device
from services.notification.web_push import Sender, WebPush, sealed
from services.runtime.push_keys import new_push_key, public_key, public_text, push_private_key
from tests.push_browser import PushBrowser, key_of, raw

NOW = datetime(2026, 11, 26, 2, 10, tzinfo=UTC)
PUSH = UUID(int=6)
KEY = push_private_key(new_push_key())
BROWSER = PushBrowser()
TO = PushSubscription(**BROWSER.subscription)


def test_a_message_is_sealed_as_the_example_of_rfc_8291() -> None:
    browser = PushBrowser(
        key=key_of("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), auth=raw("BTBZMqHH6r4Tts7J_aSIgg")
    )
    own = key_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    plain = b"When I grow up, I want to be a watermelon"
    body = sealed(
        plain, PushSubscription(**browser.subscription), own, raw("DGv6ra1nlYgDCS1FRnbzlw"), len(plain) + 1
    )
    assert body == raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert browser.read(body) == plain


async def pushed(
    answer: httpx.Response | Exception | None, plain: bytes = b"{}", **more: Any
) -> httpx.Request:
    """The request that went out, once a push service answers so; None: it never does."""
    asked: list[httpx.Request] = []

    async def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        assert answer is not None
        return answer

    sender = Sender(**{"key": KEY, "contact": "https://noaber.example", "hosts": BROWSERS, **more})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answers)) as http:
        await WebPush(sender, http).push(PUSH, TO, plain, NOW, timedelta(hours=1))
    [request] = asked
    return request


async def test_what_goes_out_says_who_sends_and_to_the_vendor_nothing_else() -> None:
    short, long = [await pushed(httpx.Response(201), plain) for plain in (b"{}", b"{%s}" % (b"x" * 400))]
    assert str(short.url) == TO.endpoint and BROWSER.read(short.content) == b"{}"
    assert len(short.content) == len(long.content), "the length tells which message it is"
    kind, _, said = short.headers["authorization"].partition(" ")
    told = dict(each.split("=", 1) for each in said.split(", "))
    claims = jwt.decode(
        told["t"],
        public_key(told["k"]),
        algorithms=["ES256"],
        audience="https://fcm.googleapis.com",
        options={"verify_exp": False},
    )
    assert (kind, told["k"]) == ("vapid", public_text(KEY))
    assert NOW.timestamp() < claims["exp"] <= (NOW + timedelta(days=1)).timestamp()
    assert claims["sub"] == "https://noaber.example"
    assert (short.headers["ttl"], short.headers["urgency"]) == ("3600", "high")
    assert short.headers["content-encoding"] == "aes128gcm" and len(short.headers["topic"]) <= 32


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(404), Gone),
        (httpx.Response(410), Gone),
        (httpx.Response(403), Declined),
        (httpx.Response(413), Declined),
        (httpx.Response(307, headers={"location": "http://127.0.0.1/"}), Declined),
        (httpx.Response(429), Unreachable),
        (httpx.Response(503), Unreachable),
        (httpx.ConnectError("no"), Unreachable),
    ],
)
async def test_each_answer_has_one_meaning_and_none_leads_elsewhere(
    answer: httpx.Response | Exception, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as told:
        await pushed(answer)
    assert TO.endpoint not in str(told.value) and told.value.__cause__ is None


async def test_a_service_that_is_not_believed_any_more_is_sent_nothing() -> None:
    with pytest.raises(Declined):
        await pushed(AssertionError("it was asked"), hosts=("*.push.apple.com",))


async def test_a_service_that_drips_or_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def drips() -> Any:
        raise AssertionError("it was read")
        yield b""

    # What it says beside its status is not read at all.
    request = await pushed(httpx.Response(201, content=drips()))
    assert request.method == "POST"
    monkeypatch.setattr(web_push, "SECONDS", 0.02)
    async with asyncio.timeout(2):
        with pytest.raises(Unreachable):
            await pushed(None)


@pytest.mark.parametrize(
    ("endpoint", "believed"),
    [
        ("https://fcm.googleapis.com/fcm/send/a:b-c", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/g", True),
        ("https://web.push.apple.com/Q", True),
        ("https://wns2-am3p.notify.windows.com/w/?token=A%2b", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com@10.0.0.1/x", False),
        ("https://10.0.0.1/fcm.googleapis.com", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evilfcm.googleapis.com/x", False),
        ("https://push.apple.com/x", False),
        ("https://evilpush.apple.com/x", False),
        ("https://.push.apple.com/x", False),
        ("https://fcm.googleapis.com./x", False),
        ("https://FCM.googleapis.com/x", False),
        ("https://fcm.googleapis.com\\@10.0.0.1/x", False),
        ("https://fcm.googleapis.com/x#y", False),
        ("https://fcm.googleapis.com/x\n", False),
        ("https://fcm.googleapis.com", False),
        ("https://[::1]/x", False),
        ("https://localhost/x", False),
        ("https://fcm.googleapis.com/" + "x" * 1_000, False),
        ("", False),
    ],
)
def test_only_plain_addresses_at_the_browsers_own_services_are_believed(
    endpoint: str,
    believed: bool,  # noqa: FBT001
) -> None:
    assert is_believed(endpoint, BROWSERS) is believed
    assert not is_believed(endpoint, ())


@pytest.mark.parametrize(
    "said", ["https://fcm.googleapis.com", "*", "a.example,,b.example", "*.*.example", "localhost"]
)
def test_a_list_of_hosts_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="names of hosts"):
        hosts_in(said)
    assert hosts_in("a.example, *.b.example") == ("a.example", "*.b.example")
    assert hosts_in("") == ()


@pytest.mark.parametrize("about", About)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_is_shown_is_as_poor_as_a_text_and_names_a_page_and_no_address(
    about: About, language: Any
) -> None:
    notice = Notice(UUID(int=1), about, "GM0153-0001", "GM0153", NOW, "14 053", exercise=True)
    words = on_device(notice, language)
    assert len(words) <= LONGEST and "GM0153" not in words and "/" not in words
    message = TextMessage(PUSH, UUID(int=1), words, TextState.WAITING, 0, NOW, about)
    told = BROWSER.shown(sealed(shown(message, language), TO, KEY, bytes(16), web_push.LENGTH))
    assert told == {"id": str(PUSH), "text": words, "language": language, "page": PAGES[about]}
    assert words.startswith("Oefening. " if language == "nl" else "Exercise. ")


def test_a_device_that_is_off_is_shown_nothing_that_is_stale() -> None:
    message = TextMessage(PUSH, UUID(int=1), "x", TextState.WAITING, 0, NOW)
    assert still(message, NOW + timedelta(hours=17)) == timedelta(hours=1)
    assert still(message, NOW + timedelta(days=1)) == timedelta(minutes=1)
    called = TextMessage(PUSH, UUID(int=1), "x", TextState.WAITING, 0, NOW, About.CALLED)
    assert still(called, NOW) == timedelta(minutes=2)
