"""Leads some paths past the gate: a telephone's provider has no session, and sends forms without a key."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class Beside:
    """Requests below one of these paths go to the application that stands with it, all others go on."""

    def __init__(self, app: ASGIApp, *, doors: Mapping[str, ASGIApp]) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope["path"] if scope["type"] == "http" else ""
        app = next((door for prefix, door in self._doors.items() if path.startswith(prefix)), self._app)
        await app(scope, receive, send)
