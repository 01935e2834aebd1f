"""The simulated provider: calls that ring, are answered or not, and what it tells whoever placed them."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final
from uuid import uuid4
from xml.etree import ElementTree

import httpx

from services.notification.carrier import signature_of
from services.notification.hooks import SIGNATURE
from services.notification.simulated.pushes import Pushes
from services.runtime.certificates import believed

log: Final = logging.getLogger(__name__)

KEPT: Final = 200
"""Calls and messages that are remembered; the oldest go first."""


@dataclass
class Ringing:
    """One call. `status` in the provider's words; `says`: what whoever answers hears."""

    sid: str
    to: str
    caller: str
    says: str
    action: str
    digits: int
    status_callback: str
    created: datetime
    status: str = "ringing"

    @property
    def over(self) -> bool:
        """Whether nobody can answer or key in anything any more."""
        return self.status not in ("ringing", "in-progress")

    def shown(self) -> dict[str, str]:
        """As the provider's API tells it."""
        return {
            "sid": self.sid,
            "to": self.to,
            "from": self.caller,
            "status": self.status,
            "date_created": format_datetime(self.created),
        }


@dataclass(frozen=True)
class Message:
    """One SMS."""

    sid: str
    to: str
    caller: str
    body: str
    created: datetime
    status: str = "delivered"

    def shown(self) -> dict[str, str]:
        """As the provider's API tells it."""
        return {
            "sid": self.sid,
            "to": self.to,
            "from": self.caller,
            "body": self.body,
            "status": self.status,
            "date_created": format_datetime(self.created),
        }


class Exchange:
    """Everything in memory; whoever places calls is told over HTTP, with the signature of `token`."""

    def __init__(self, token: str, kept: int = KEPT) -> None:
        self.token = token
        self._kept = kept
        self.calls: dict[str, Ringing] = {}
        self.messages: list[Message] = []
        self.pushes = Pushes(kept)
        self.reports: dict[str, list[str]] = {}
        """Number -> what is told of the next messages there, in turn; without one nothing is told."""
        self._timers: set[asyncio.Task[None]] = set()

    def place(self, form: Mapping[str, str]) -> Ringing:
        """A call begins to ring. Raises KeyError and ParseError when the order is none."""
        document = ElementTree.fromstring(form["Twiml"])  # noqa: S314 our own document, in a demonstration
        gather = document.find("Gather")
        if gather is None:
            raise KeyError("Gather")
        call = Ringing(
            sid=f"CA{uuid4().hex}",
            to=form["To"],
            caller=form["From"],
            says=gather.findtext("Say") or "",
            action=gather.get("action", ""),
            digits=int(gather.get("numDigits", "1")),
            status_callback=form.get("StatusCallback", ""),
            created=datetime.now(UTC),
        )
        self.calls[call.sid] = call
        while len(self.calls) > self._kept:
            self.calls.pop(next(iter(self.calls)))
        self._later(self._give_up(call, int(form.get("Timeout", "60"))))
        return call

    def text(self, form: Mapping[str, str]) -> Message:
        """A message arrives. Raises KeyError when the order is none."""
        message = Message(
            sid=f"SM{uuid4().hex}",
            to=form["To"],
            caller=form["From"],
            body=form["Body"],
            created=datetime.now(UTC),
        )
        if told := self.reports.get(message.to):
            message = replace(message, status=told.pop(0))
            self._later(self._report(form["StatusCallback"], message))
        self.messages = [*self.messages[-self._kept :], message]
        return message

    def answer(self, sid: str) -> None:
        """Somebody takes the call. Raises KeyError."""
        call = self.calls[sid]
        if call.status == "ringing":
            call.status = "in-progress"

    async def press(self, sid: str, keys: str) -> None:
        """Keys are pressed, and the call is over after what is said to that. Raises KeyError."""
        call = self.calls[sid]
        if call.over or not keys.isdigit():
            return
        call.status = "completed"
        document = await self._tell(call.action, call, {"Digits": keys[: call.digits]})
        call.says = _said(document) or call.says
        await self._tell(call.status_callback, call, {})

    async def hang_up(self, sid: str) -> None:
        """Refused while it rings, or ended without a key. Raises KeyError."""
        call = self.calls[sid]
        await self._end(call, "busy" if call.status == "ringing" else "completed")

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        timer = asyncio.create_task(work)
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)

    async def _report(self, url: str, message: Message) -> None:
        form = {"MessageSid": message.sid, "To": message.to, "MessageStatus": message.status}
        await self._post(url, form)

    async def _give_up(self, call: Ringing, seconds: int) -> None:
        await asyncio.sleep(seconds)
        if call.status == "ringing":
            await self._end(call, "no-answer")

    async def _end(self, call: Ringing, status: str) -> None:
        if not call.over:
            call.status = status
            await self._tell(call.status_callback, call, {})

    async def _tell(self, url: str, call: Ringing, more: Mapping[str, str]) -> str:
        return await self._post(url, {"CallSid": call.sid, "To": call.to, "CallStatus": call.status, **more})

    async def _post(self, url: str, form: Mapping[str, str]) -> str:
        signed = {SIGNATURE: signature_of(self.token, url, form)}
        try:
            # A connection of its own: nobody ends an exchange, and one that is kept would stay open.
            async with httpx.AsyncClient(timeout=10, verify=believed()) as http:
                answer = await http.post(url, data=dict(form), headers=signed)
            return answer.text if answer.is_success else ""
        except httpx.HTTPError as away:
            # As a provider does: whoever is not there is not told again.
            log.warning("nobody heard of a call or message: %s", type(away).__name__)
            return ""


def _said(document: str) -> str:
    if not document:
        return ""
    return ElementTree.fromstring(document).findtext("Say") or ""  # noqa: S314 as above
