"""What `live` answers over HTTP: snapshots, what it says of itself, and whether a socket may open."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from schemas.live import SNAPSHOT, SOCKET, Me, Position
from schemas.version import VERSION
from schemas.visibility import Keys
from services.live.cursors import cursor
from services.live.described import DESCRIPTION
from services.live.described import document as description
from services.live.places import Places
from services.live.rules.board import Board
from services.live.settings import LiveSettings
from services.live.snapshots import Snapshots
from services.runtime.documented import API_VERSION
from services.runtime.health import OF_ITSELF, Health, told
from services.runtime.now import Now
from services.runtime.problems import COMMON, MEDIA_TYPE, Problem, document, retry_after
from services.runtime.replica import Newest
from services.runtime.settings import Mode
from services.runtime.who import Asker, Impostor, NotSignedIn, Who, cookie_for, shown_in

READY: Final = "/ready"
"""Asked by whoever spreads viewers over nodes: unlike /health it stays well while Kafka is silent, since what
was read can still be shown."""


class Answers:
    """The HTTP side of one process. `position`: where the picture stands now; `health`: how all of it is."""

    def __init__(
        self,
        settings: LiveSettings,
        newest: Newest,
        board: Board,
        *,
        who: Who,
        places: Places,
        now: Now,
        position: Callable[[], Position],
        health: Callable[[], Health],
    ) -> None:
        self._settings = settings
        self._newest = newest
        self._board = board
        self._who = who
        self._places = places
        self._now = now
        self._position = position
        self._health = health
        self._snapshots = Snapshots()
        self._limits = settings.limits()
        self._cookie = cookie_for(settings.origins)
        self._description = json.dumps(description(self._cookie)).encode()

    async def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """The answer to a request; None where a socket may open."""
        path = request.path.partition("?")[0]
        if (said := self._of_itself(path)) is not None:
            return said
        try:
            if not self._newest.caught_up.is_set():
                raise Problem(503, "unavailable")
            if path == READY:
                return _response(HTTPStatus.OK, {}, b"")
            if path == SNAPSHOT:
                asker = await self._admitted(request)
                return await self._snapshot(asker, "gzip" in request.headers.get("Accept-Encoding", ""))
            if path != SOCKET:
                raise Problem(404, "not_found")
            self._check_origin(request)
            self._places.check()
            if not self._newest.broker.answers:
                # A hello would say that the picture is as old as now, and it is not.
                raise Problem(503, "unavailable")
            return None
        except NotSignedIn:
            return _refusal(Problem(401, "not_signed_in"))
        except Problem as problem:
            return _refusal(problem)

    async def asker(self, request: Request) -> Asker:
        """Who asks, by the cookie, or a system's header. Raises NotSignedIn; Problem for too many forgers."""
        cookies = "; ".join(request.headers.get_all("Cookie"))
        authorization = next(iter(request.headers.get_all("Authorization")), "")
        try:
            return await self._who.resolve(shown_in(cookies, self._cookie, authorization))
        except Impostor:
            # The gateway alone reaches us, and writes there who called it.
            self._limits.admit_forger(request.headers.get("X-Forwarded-For", ""), request.path)
            raise

    def _of_itself(self, path: str) -> Response | None:
        """What it says to anybody, at any time: that it turns, how it is, and what can be asked here."""
        if path in OF_ITSELF:
            status, kind, body = told(path, self._health)
            return _response(HTTPStatus(status), {"Content-Type": kind}, body)
        if path == DESCRIPTION:
            # Other websites may read it (NL API Design Rules, /core/publish-openapi).
            headers = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
            return _response(HTTPStatus.OK, headers, self._description)
        return None

    async def _admitted(self, request: Request) -> Asker:
        asker = await self.asker(request)
        self._limits.admit(asker.person, asker.session.id)
        return asker

    def _check_origin(self, request: Request) -> None:
        origin = request.headers.get("Origin", "")
        if origin and not self._settings.origins.allow(origin):
            raise Problem(403, "wrong_origin")

    async def _snapshot(self, asker: Asker, zipped: bool) -> Response:  # noqa: FBT001 what the client accepts
        keys = self._board.keys(asker.person)
        # Nothing is awaited until the picture is taken: what changes later stands behind the cursor.
        head = {
            "cursor": cursor(keys, self._position()),
            "at": self._now().isoformat(),
            "demonstration": self._settings.mode is Mode.DEMO,
            "me": self._me(asker, keys).model_dump(mode="json"),
        }
        encode = self._snapshots.zipped if zipped else self._snapshots.plain
        body = await encode(head, self._board.picture(keys))
        headers = {"Content-Type": "application/json", "Vary": "Accept-Encoding"}
        if zipped:
            headers["Content-Encoding"] = "gzip"
        return _response(HTTPStatus.OK, headers, body)

    def _me(self, asker: Asker, keys: Keys) -> Me:
        person = asker.person
        return Me(
            person=str(person.id),
            name=self._board.name_of(person.id),
            organisations=list(person.organisations),
            rights={member.organisation: list(member.rights) for member in person.memberships},
            keys=sorted(keys),
        )


def _refusal(problem: Problem) -> Response:
    found = document(problem, COMMON)
    headers = {"Content-Type": MEDIA_TYPE, **retry_after(problem)}
    return _response(HTTPStatus(found.status), headers, found.body())


def _response(status: HTTPStatus, headers: dict[str, str], body: bytes) -> Response:
    fixed = {"Cache-Control": "no-store", API_VERSION: VERSION, "Connection": "close"}
    sent = Headers({**headers, **fixed, "Content-Length": str(len(body))})
    return Response(status.value, status.phrase, sent, body)
