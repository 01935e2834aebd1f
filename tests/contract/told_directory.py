"""What the directory is told behind its inner doors, by a stand-in that takes it or is away."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


class ToldDirectory:
    """`told`: every body, oldest first, of the orders that were answered with 200. `status`: of the next."""

    def __init__(self, door: str) -> None:
        self.told: list[dict[str, Any]] = []
        self.orders = 0
        self.status = 200
        self.app = Starlette(routes=[Route(f"/internal/{door}", self._hear, methods=["POST"])])

    async def _hear(self, request: Request) -> JSONResponse:
        self.orders += 1
        if self.status == 200:
            self.told.append(await request.json())
        return JSONResponse({}, self.status)
