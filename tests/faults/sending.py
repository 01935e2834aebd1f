"""One person's commands over HTTP: repeated with their key until they are answered, and all recorded."""

import asyncio
import itertools
import random
import time
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import httpx

from services.runtime.certificates import believed
from tests.faults.history import History

TIMEOUT_SECONDS: Final = 8.0
"""Longer than a service waits for the news of a sign-in (`NEWS_SECONDS`), after which it says 401."""
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 1.0
SIGNED_OUT: Final = 401
TOO_MANY: Final = 429
BROKEN: Final = 500
"""From this status on nothing is answered: whether the command was carried out is not known."""


@dataclass(frozen=True)
class Answer:
    """What came back in the end; status 0: nothing, until the life was over."""

    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Whether the command was acknowledged."""
        return 200 <= self.status < 300


class Tally:
    """How many commands were acknowledged, and when the last one was; everybody counts in it."""

    def __init__(self) -> None:
        self.acknowledged = 0
        self.refused = 0
        self.in_flight = 0
        self.last_at = {"aid": 0.0, "directory": 0.0}

    def count(self, path: str, answer: Answer) -> None:
        """One more answer."""
        if answer.ok:
            self.acknowledged += 1
            self.last_at[path.split("/")[2]] = time.monotonic()
        elif answer.status:
            self.refused += 1


class Sender:
    """A person at the public interface."""

    def __init__(
        self, origin: str, person: UUID, history: History, tally: Tally, dice: random.Random
    ) -> None:
        self.person = str(person)
        self.cookie = ""
        self.over = False
        self._history = history
        self._tally = tally
        self._dice = dice
        self._number = itertools.count(1)
        self._http = httpx.AsyncClient(
            base_url=origin, timeout=TIMEOUT_SECONDS, trust_env=False, verify=believed()
        )

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    def new_id(self) -> str:
        """An id for something new: a UUIDv7 whose random part comes from the seed."""
        stamp = int(time.time() * 1000) << 80
        free = self._dice.getrandbits(80)
        free = free & ~(0xF << 76) | 0x7 << 76
        free = free & ~(0x3 << 62) | 0x2 << 62
        return str(UUID(int=stamp | free))

    async def sign_in(self) -> None:
        """Be a made-up person; tried until it succeeds."""
        answer, headers = await self._insist("POST", "/api/directory/demo/sign-in", {"person": self.person})
        if answer.ok:
            self.cookie = "; ".join(each.split(";")[0] for each in headers.get_list("set-cookie"))

    async def send(self, path: str, body: dict[str, Any]) -> Answer:
        """One command, until it is answered."""
        answer, _ = await self._insist("POST", path, body)
        if answer.status == SIGNED_OUT:
            # The session was lost with what was decided after a backup.
            await self.sign_in()
        return answer

    async def read(self, path: str) -> Answer:
        """Read once; status 0 where nothing comes."""
        try:
            return _answer(await self._http.get(path, headers=self._headers()))
        except httpx.HTTPError:
            return Answer(0, {})

    async def _insist(self, method: str, path: str, body: dict[str, Any]) -> tuple[Answer, httpx.Headers]:
        key = f"{self.person[:8]}-{next(self._number)}-{self._dice.getrandbits(32):08x}"
        headers = {**self._headers(), "Idempotency-Key": key}
        self._history.note("command", person=self.person, key=key, path=path, body=body)
        self._tally.in_flight += 1
        try:
            for attempt in itertools.count(1):
                found = await self._attempt(method, path, body, headers, attempt)
                if found is not None:
                    self._tally.count(path, found[0])
                    return found
                if self.over:
                    return Answer(0, {}), httpx.Headers()
                pause = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
                await asyncio.sleep(pause * (0.5 + self._dice.random() / 2))
            raise AssertionError("unreachable")
        finally:
            self._tally.in_flight -= 1

    async def _attempt(
        self, method: str, path: str, body: dict[str, Any], headers: dict[str, str], attempt: int
    ) -> tuple[Answer, httpx.Headers] | None:
        key, began = headers["Idempotency-Key"], time.time()
        try:
            response = await self._http.request(method, path, json=body, headers=headers)
            answer = _answer(response)
        except (httpx.HTTPError, ValueError) as lost:
            self._history.note("lost", key=key, attempt=attempt, sent=began, why=type(lost).__name__)
            return None
        facts = {"key": key, "attempt": attempt, "sent": began, "status": answer.status, "body": answer.body}
        self._history.note("answer", person=self.person, **facts)
        if answer.status >= BROKEN or answer.status == TOO_MANY:
            return None
        return answer, response.headers

    def _headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie} if self.cookie else {}


def _answer(response: httpx.Response) -> Answer:
    found = response.json() if response.content else {}
    return Answer(response.status_code, found if isinstance(found, dict) else {})
