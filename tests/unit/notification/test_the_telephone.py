"""Numbers, signatures and what a provider's words mean."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from schemas.phone_number import NoNumber, e164
from services.notification.carrier import PREFIX, Account, Carrier, signature_of
from services.notification.ports import Call, Declined, Ended, Forged, Heard, Report, Unreachable
from services.notification.rules.code import LASTS, CodeState, state_at
from services.notification.simulated.app import NotHere, simulated
from services.runtime.settings import Mode

NUMBERS = json.loads(Path("tests/fixtures/numbers.json").read_text(encoding="utf-8"))
"""As written -> E.164, or None; the pages are held to the same list (frontend/tests/unit/people.test.ts)."""

NOW = datetime(2026, 1, 5, 3, 10, tzinfo=UTC)
ACCOUNT = Account("https://provider.example", "AC1", "token", "+31850000000", "https://noaber.example")
REFERENCE = UUID(int=7)
CALL = Call(REFERENCE, "+31600000042", 'Toets <1> & "2"', "nl", 1, 40)


def _carrier(answer: Any) -> tuple[Carrier, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer[0], json=answer[1])

    return Carrier(ACCOUNT, httpx.AsyncClient(transport=httpx.MockTransport(handle))), asked


@pytest.mark.parametrize(("written", "number"), NUMBERS)
def test_a_number_is_understood_as_people_write_it_or_not_called_and_not_repeated(
    written: str, number: str | None
) -> None:
    if number is not None:
        assert e164(written) == number
        return
    with pytest.raises(NoNumber) as raised:
        e164(written)
    assert str(raised.value) == ""


def test_the_signature_is_the_one_that_the_provider_publishes_as_its_example() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature_of("12345", url, form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("kind", "form", "heard"),
    [
        ("keys", {"Digits": "1"}, Heard(REFERENCE, keys="1")),
        ("keys", {"Digits": ""}, None),
        ("over", {"CallStatus": "no-answer"}, Heard(REFERENCE, ended=Ended.NO_ANSWER)),
        ("over", {"CallStatus": "completed"}, Heard(REFERENCE, ended=Ended.COMPLETED)),
        ("over", {"CallStatus": "ringing"}, None),
        ("elsewhere", {"Digits": "1"}, None),
        ("text", {"MessageSid": "SM1", "MessageStatus": "delivered"}, Report(REFERENCE, "SM1", arrived=True)),
        (
            "text",
            {"MessageSid": "SM1", "MessageStatus": "undelivered"},
            Report(REFERENCE, "SM1", arrived=False),
        ),
        ("text", {"MessageSid": "SM1", "MessageStatus": "failed"}, Report(REFERENCE, "SM1", arrived=False)),
        ("text", {"MessageSid": "SM1", "MessageStatus": "sent"}, None),
        ("text", {"MessageStatus": "delivered"}, None),
        ("over", {"MessageSid": "SM1", "MessageStatus": "delivered"}, None),
    ],
)
def test_what_is_signed_is_heard(kind: str, form: dict[str, str], heard: Heard | Report | None) -> None:
    carrier, _ = _carrier((200, {}))
    path = f"{PREFIX}{REFERENCE}/{kind}"
    signature = signature_of("token", f"https://noaber.example{path}", form)
    assert carrier.hear(path, form, signature) == heard
    for other in (path.replace("7/", "8/"), path.replace(kind, "keyz")):
        with pytest.raises(Forged):
            carrier.hear(other, form, signature)
    with pytest.raises(Forged):
        carrier.hear(path, {**form, "Digits": "2"}, signature)


async def test_an_order_says_what_to_ask_and_where_to_tell() -> None:
    carrier, asked = _carrier((201, {"sid": "CA7"}))
    assert await carrier.call(CALL) == "CA7"
    form = dict(httpx.QueryParams(asked[0].content.decode()))
    assert str(asked[0].url) == "https://provider.example/2010-04-01/Accounts/AC1/Calls.json"
    assert (form["To"], form["From"], form["Timeout"]) == ("+31600000042", "+31850000000", "40")
    assert form["StatusCallback"] == f"https://noaber.example{PREFIX}{REFERENCE}/over"
    assert "Toets &lt;1&gt; &amp;" in form["Twiml"] and f"{REFERENCE}/keys" in form["Twiml"]


async def test_a_message_says_where_to_tell_what_became_of_it() -> None:
    carrier, asked = _carrier((201, {"sid": "SM7"}))
    assert await carrier.text(REFERENCE, "+31600000042", "Noaber") == "SM7"
    form = dict(httpx.QueryParams(asked[0].content.decode()))
    assert str(asked[0].url) == "https://provider.example/2010-04-01/Accounts/AC1/Messages.json"
    assert (form["To"], form["From"], form["Body"]) == ("+31600000042", "+31850000000", "Noaber")
    assert form["StatusCallback"] == f"https://noaber.example{PREFIX}{REFERENCE}/text"


async def test_an_answer_that_drips_in_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each of its parts comes in time, and all of it never.
    monkeypatch.setattr("services.notification.carrier.SECONDS", 0.05)

    async def drip() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "

    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(201, content=drip())

    carrier = Carrier(ACCOUNT, httpx.AsyncClient(transport=httpx.MockTransport(handle)))
    with pytest.raises(Unreachable):
        await asyncio.wait_for(carrier.call(CALL), 5)


async def test_a_call_whose_answer_was_lost_is_found_by_number_and_moment() -> None:
    def placed(sid: str, minute: int) -> dict[str, str]:
        return {"sid": sid, "date_created": f"Mon, 05 Jan 2026 03:{minute:02d}:00 +0000"}

    carrier, _ = _carrier((200, {"calls": [placed("new", 11), placed("other", 10), placed("old", 9)]}))
    assert await carrier.find("+31600000042", NOW.replace(microsecond=9), ["other"]) == "new"
    assert await carrier.find("+31600000042", NOW, ["other", "new"]) is None


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        ((400, {}), Declined),
        ((401, {}), Declined),
        ((429, {}), Unreachable),
        ((503, {}), Unreachable),
        (httpx.ReadTimeout("+31600000042"), Unreachable),
    ],
)
async def test_a_failure_says_whether_it_may_ring_and_never_the_number(
    answer: Any, raised: type[Exception]
) -> None:
    carrier, _ = _carrier(answer)
    with pytest.raises(raised) as found:
        await carrier.call(CALL)
    assert "600000042" not in repr(found.value) and found.value.__cause__ is None


def test_nobody_waits_for_a_call_whose_time_is_over() -> None:
    assert state_at(CodeState.RINGING, NOW, NOW + LASTS) is CodeState.UNANSWERED
    assert state_at(CodeState.RINGING, NOW, NOW + LASTS / 2) is CodeState.RINGING
    assert state_at(CodeState.RIGHT, NOW, NOW + LASTS) is CodeState.RIGHT


def test_there_is_no_simulated_telephone_outside_demonstrations() -> None:
    with pytest.raises(NotHere):
        simulated(Mode.REAL, "x" * 32)
