"""The telephone over HTTP, in the shape of Twilio's API (2010-04-01), which several providers speak."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

import httpx

from schemas.values import Language
from services.notification.ports import Call, Declined, Ended, Forged, Heard, Report, Unreachable
from services.runtime import metrics

PREFIX: Final = "/api/notification/telephone/"
"""Below it the provider tells us: `<reference>/keys` and `<reference>/over` of a call, `<reference>/text`."""

API: Final = "2010-04-01"
SECONDS: Final = 10.0
"""For one answer as a whole, however slowly it drips in: see `UNDER_WAY`."""
KEY_SECONDS: Final = 20
"""So long it waits for a key after the text, and between two keys."""

_VOICES: Final = {"nl": "nl-NL", "en": "en-GB", "de": "de-DE", "fr": "fr-FR"}

_ENDED: Final = {
    "completed": Ended.COMPLETED,
    "busy": Ended.NO_ANSWER,
    "no-answer": Ended.NO_ANSWER,
    "canceled": Ended.NO_ANSWER,
    "failed": Ended.FAILED,
}
"""Its words for a call that is over. A voice mail is `completed` too: only keys are an answer."""

_ARRIVED: Final = {"delivered": True, "undelivered": False, "failed": False}
"""Its last words on a message; `sent` is on the way, and from some networks nothing more is heard."""


@dataclass(frozen=True)
class Account:
    """With whom, in whose name, and where they tell us. `url` and `callback` are without a path."""

    url: str
    id: str
    token: str
    caller: str
    callback: str


def signature_of(token: str, url: str, form: Mapping[str, str]) -> str:
    """What `X-Twilio-Signature` holds: HMAC-SHA1 of the address and all sorted fields, as base64."""
    said = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


class Carrier:
    """One account at a provider, over one client that the caller closes."""

    def __init__(self, account: Account, http: httpx.AsyncClient) -> None:
        self._account = account
        self._http = http
        self._orders = metrics.counter(metrics.ORDERS)
        self._base = f"{account.url}/{API}/Accounts/{account.id}"

    async def call(self, call: Call) -> str:
        """The provider's id of a call that it took. Raises Unreachable and Declined."""
        return await self._create(
            "Calls",
            {
                "To": call.number,
                "From": self._account.caller,
                "Twiml": self._asking(call),
                "StatusCallback": self._address(call.reference, "over"),
                "StatusCallbackEvent": "completed",
                "Timeout": str(call.rings),
            },
        )

    async def text(self, reference: UUID, number: str, body: str) -> str:
        """The provider's id of an SMS that it took. Raises Unreachable and Declined."""
        return await self._create(
            "Messages",
            {
                "To": number,
                "From": self._account.caller,
                "Body": body,
                "StatusCallback": self._address(reference, "text"),
            },
        )

    async def find(self, number: str, since: datetime, known: Collection[str]) -> str | None:
        """The id of a call to this number since then that is none of `known`. Raises Unreachable.

        The API has no key that makes an order happen once, so this is how a lost answer is made up for. Its
        times are whole seconds.
        """
        return next(iter(await self._taken("Calls", number, since, known)), None)

    async def find_text(self, number: str, body: str, since: datetime, known: Collection[str]) -> str | None:
        """The id of an SMS of these words to this number since then, none of `known`. Raises Unreachable."""
        taken = await self._taken("Messages", number, since, known)
        return next((sid for sid, found in taken.items() if found["body"] == body), None)

    def hear(self, path: str, form: Mapping[str, str], signature: str) -> Heard | Report | None:
        """What a call-back says; None where nothing follows from it. Raises Forged.

        The address is part of what is signed, so a call-back about one call cannot be sent about another.
        """
        wanted = signature_of(self._account.token, f"{self._account.callback}{path}", form)
        if not hmac.compare_digest(wanted.encode(), signature.encode()):
            raise Forged
        reference, _, kind = path.removeprefix(PREFIX).partition("/")
        if kind == "keys" and form.get("Digits"):
            return Heard(UUID(reference), keys=form["Digits"])
        if kind == "over" and form.get("CallStatus") in _ENDED:
            return Heard(UUID(reference), ended=_ENDED[form["CallStatus"]])
        if kind == "text" and form.get("MessageSid") and form.get("MessageStatus") in _ARRIVED:
            return Report(UUID(reference), form["MessageSid"], _ARRIVED[form["MessageStatus"]])
        return None

    def thanks(self, text: str, language: Language) -> str:
        """The document that says one sentence more and hangs up."""
        return _document(_say(text, language, times=1) + "<Hangup/>")

    def _asking(self, call: Call) -> str:
        action = quoteattr(self._address(call.reference, "keys"))
        # Twice, since nobody who is woken hears the first sentence.
        said = _say(call.text, call.language, times=2)
        return _document(
            f'<Gather input="dtmf" numDigits="{call.digits}" timeout="{KEY_SECONDS}" method="POST"'
            f" action={action}>{said}</Gather>"
        )

    def _address(self, reference: UUID, kind: str) -> str:
        return f"{self._account.callback}{PREFIX}{reference}/{kind}"

    async def _taken(self, kind: str, number: str, since: datetime, known: Collection[str]) -> dict[str, Any]:
        asked = {"To": number, "From": self._account.caller, "PageSize": "50"}
        answer = await self._sent("GET", f"{self._base}/{kind}.json", params=asked)
        least = since.replace(microsecond=0)
        return {
            str(each["sid"]): each
            for each in answer[kind.lower()]
            if each["sid"] not in known and _moment(each["date_created"]) >= least
        }

    async def _create(self, kind: str, form: Mapping[str, str]) -> str:
        outcome = "unreachable"
        try:
            made = str((await self._sent("POST", f"{self._base}/{kind}.json", data=form))["sid"])
            outcome = "taken"
        except Declined:
            outcome = "declined"
            raise
        finally:
            self._orders.labels(kind.lower(), outcome).inc()
        return made

    async def _sent(self, method: str, url: str, **more: Any) -> Any:
        credentials = httpx.BasicAuth(self._account.id, self._account.token)
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._http.request(method, url, auth=credentials, timeout=SECONDS, **more)
            # Without `from`: the request in the cause holds the number, and a traceback shows causes.
            if 400 <= answer.status_code < 500 and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                raise Declined(f"the provider answers {answer.status_code}")
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, TimeoutError) as away:
            raise Unreachable(type(away).__name__) from None
        except ValueError:
            raise Unreachable("the provider's answer is no JSON") from None


def _moment(written: str) -> datetime:
    return parsedate_to_datetime(written).astimezone(UTC)


def _say(text: str, language: Language, times: int) -> str:
    voice = _VOICES.get(language, "en-GB")
    return f'<Say language="{voice}" loop="{times}">{escape(text)}</Say>'


def _document(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'
