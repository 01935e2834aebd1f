"""Routes whose commands are carried out once: what a repeat hears is how things stand by then, or why not."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from services.runtime.answered import (
    KEPT,
    Pool,
    carrying_out,
    hash_of,
    keep_what_wrote_nothing,
    seen,
)
from services.runtime.now import Now
from services.runtime.ports import Answer
from services.runtime.problems import Problem
from services.runtime.who import Asker

AFRESH: Final = (
    f"Names this command for {KEPT.days} days: sent again by the same person with the same body it is not "
    "carried out again, and is answered by how things stand by then."
)
SAID_ONCE: Final = (
    f"Names this command for {KEPT.days} days: sent again by the same person with the same body it is not "
    "carried out again, and is answered with a 409 (said_once): what it answered holds a secret, which is "
    "kept nowhere. Look at how things stand; who lost the answer begins anew, with another key."
)
ANEW: Final = (
    "Asked of every command, and not remembered here: what is sent again is asked anew. What opens once (a "
    "challenge, a link, a card) opens nothing the second time."
)


@dataclass(frozen=True)
class Repeat:
    """A command that was answered before: who sends it again, the parts of its path, and its body."""

    asker: Asker
    path: dict[str, Any]
    body: bytes


Stands = Callable[[Repeat], Awaitable[BaseModel]]
"""How things stand by now, for whoever may still see it. Raises Refused."""

_MARK: Final = "answered again by"

P = ParamSpec("P")
R = TypeVar("R")


def repeated(stands: Stands) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say of an endpoint what a repeat hears: the answer to a command that says how things stand."""

    def marked(endpoint: Callable[P, R]) -> Callable[P, R]:
        vars(endpoint)[_MARK] = stands
        return endpoint

    return marked


def anew(endpoint: Callable[P, R]) -> Callable[P, R]:
    """Say of an endpoint that it changes nothing yet, and that what is sent again is asked anew."""
    vars(endpoint)[_MARK] = None
    return endpoint


class _Nothing(BaseModel):
    """An answer without fields."""


async def _nothing(_: Repeat) -> BaseModel:
    return _Nothing()


async def _said_once(_: Repeat) -> BaseModel:
    raise Problem(409, "said_once")


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OnceRoute(APIRoute):
    """A route of which a person's command is carried out once.

    Where an endpoint says nothing of a repeat, an answer with fields is said once: it may hold a secret.
    """

    @property
    def stands(self) -> Stands | None:
        """What a repeat hears; None: it is carried out anew."""
        silent = _said_once if _says_something(self.response_model) else _nothing
        found: Stands | None = vars(self.endpoint).get(_MARK, silent)
        return found

    def told(self, *, is_open: bool) -> str:
        """What the document says of the key of this route."""
        if is_open or self.stands is None:
            return ANEW
        return SAID_ONCE if self.stands is _said_once else AFRESH


def _says_something(model: Any) -> bool:
    """Whatever is no model may hold anything."""
    return not (isinstance(model, type) and issubclass(model, BaseModel)) or bool(model.model_fields)


def once(pool: Callable[[], Pool], now: Now) -> type[OnceRoute]:
    """The class of the routes of an application. `pool`: of the tables that remember, once it is open."""
    # The same command twice at once: the second waits for the first, and then finds it answered.
    under_way: WeakValueDictionary[tuple[UUID, str], asyncio.Lock] = WeakValueDictionary()

    class Once(OnceRoute):
        def get_route_handler(self) -> Handler:
            carry_out, stands = super().get_route_handler(), self.stands
            if stands is None or "POST" not in (self.methods or ()):
                return carry_out

            async def handler(request: Request) -> Response:
                asker: Asker | None = request.state.asker
                if asker is None:
                    return await carry_out(request)
                body: bytes = request.state.body
                hashed = hash_of(request.url.path, body)
                answer = Answer(asker.person.id, request.headers["idempotency-key"], hashed)
                async with under_way.setdefault((answer.person, answer.key), asyncio.Lock()):
                    before = await seen(pool(), answer)
                    if before is None:
                        with carrying_out(answer, now()):
                            response = await carry_out(request)
                            await keep_what_wrote_nothing(pool())
                        return response
                if before != hashed:
                    raise Problem(422, "key_reused")
                again = await stands(Repeat(asker, request.path_params, body))
                return Response(again.model_dump_json(), media_type="application/json")

            return handler

    return Once
