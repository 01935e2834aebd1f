"""Around all that a service is asked over HTTP: a trace begins here, and what came of it is counted."""

import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.runtime import metrics, telemetry
from services.runtime.health import OF_ITSELF
from services.runtime.trace import HEADER, because_of, begin, working_on

_HEADER: Final = HEADER.encode()


class Observed:
    """The outermost layer of an application; a request that nobody sampled costs two random numbers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._requests = metrics.counter(metrics.REQUESTS)
        self._seconds = metrics.histogram(metrics.COMMAND_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] in OF_ITSELF:
            await self._app(scope, receive, send)
            return
        status = 503

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        said = next((value for name, value in scope["headers"] if name == _HEADER), b"")
        trace = begin(said.decode("latin-1"), telemetry.share())
        began = time.time_ns()
        try:
            with working_on(trace), because_of(""):
                await self._app(scope, receive, sending)
        finally:
            route = route_of(scope)
            self._requests.labels(route, _outcome(status)).inc()
            if scope["method"] == "POST":
                self._seconds.labels(route).observe((time.time_ns() - began) / 1e9)
            telemetry.tell(route, trace, began, **{"http.response.status_code": status})


def _outcome(status: int) -> str:
    return "done" if status < 400 else "refused" if status < 500 else "failed"


def route_of(scope: Scope) -> str:
    """Method and pattern of the path, as the service declares it: paths themselves have no end."""
    route = getattr(scope.get("route"), "path", "")
    return f"{scope['method']} {route}" if route else "none"
