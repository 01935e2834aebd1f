"""The application of a service: behind the gate, with problem documents, its description and its health."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from fastapi import FastAPI, Request, Response
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from services.runtime.described import Described
from services.runtime.garbage import collect_garbage
from services.runtime.gate import Gate
from services.runtime.health import OF_ITSELF, Health, told
from services.runtime.observed import Observed
from services.runtime.problems import COMMON, Words
from services.runtime.process import lasting
from services.runtime.refusals import report_problems
from services.runtime.settings import WebSettings
from services.runtime.who import Who, cookie_for


class Service(Protocol):
    """What a service with an HTTP interface brings along: who asks, its connections, and how it is."""

    who: Who

    def running(self) -> AbstractAsyncContextManager[None]:
        """Connections and tasks, while the block runs."""

    def health(self) -> Health:
        """Its own account of its progress."""


class _Application(Described):
    def build_middleware_stack(self) -> ASGIApp:
        """Outside of everything is who looks on: also what nobody foresaw is written down with its trace."""
        return Observed(super().build_middleware_stack())


def web_app(
    service: Service,
    prefix: str,
    settings: WebSettings,
    words: Mapping[str, Words],
    open_paths: Collection[str] = (),
    *,
    sign_in_paths: Collection[str] = (),
    form_paths: Collection[str] = (),
    summaries: Mapping[str, str] | None = None,
) -> FastAPI:
    """An application behind the gate, with problem documents and /health; routes are added by the caller.

    It connects when it starts and lets go of everything when it stops.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        collecting = lasting(collect_garbage(), "collecting garbage")
        async with service.running():
            yield
        collecting.cancel()

    described = f"{prefix}/openapi.json"
    app = _Application(
        open_paths=open_paths,
        cookie=cookie_for(settings.origins),
        codes={**COMMON, **words},
        prefix=prefix,
        summaries=summaries or {},
        title=f"Noaber {prefix.rpartition('/')[2]}",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # A redirect would repeat the Host header that a stranger sent.
        redirect_slashes=False,
    )
    open_to_all = (*OF_ITSELF, described, *open_paths)
    app.add_middleware(
        Gate,
        who=service.who,
        origins=settings.origins,
        open_paths=open_to_all,
        words=words,
        limits=settings.limits(),
        sign_in_paths=sign_in_paths,
        form_paths=form_paths,
    )
    report_problems(app, words)

    _speak_of_itself(app, service, described)
    return app


def _speak_of_itself(app: FastAPI, service: Service, described: str) -> None:
    @app.get(described, include_in_schema=False)
    async def description() -> Response:
        # Other websites may read it (NL API Design Rules, /core/publish-openapi): it is no secret.
        return JSONResponse(app.openapi(), headers={"Access-Control-Allow-Origin": "*"})

    # The gateway passes on nothing but /api, so these are read on the service's own loopback port alone.
    async def of_itself(request: Request) -> Response:
        status, kind, body = told(request.url.path, service.health)
        return Response(body, status, media_type=kind)

    for path in OF_ITSELF:
        app.get(path, include_in_schema=False)(of_itself)
