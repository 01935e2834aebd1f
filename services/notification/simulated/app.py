"""The simulated telephone over HTTP: the provider's API, and a page for whoever plays the people."""

import base64
import secrets
from typing import Annotated, Final
from xml.etree.ElementTree import ParseError

from fastapi import FastAPI
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.notification.carrier import API
from services.notification.forms import read_form
from services.notification.simulated.exchange import Exchange
from services.notification.simulated.page import page
from services.notification.simulated.pushes import add_pushes
from services.runtime.settings import Mode, Settings

ROOT: Final = "/simulated"
PREFIX: Final = (f"/{API}/", f"{ROOT}/")
"""What this application answers."""

HERE: Final = frozenset({"127.0.0.1", "localhost"})
"""A page elsewhere must not press keys: it would come under another name, or say where it comes from."""


class NotHere(Exception):
    """Outside demonstrations there is no simulated telephone: somebody would wait for a call in vain."""


class PhoneSettings(Settings):
    """What a simulated telephone in a process of its own is told."""

    telephone_token: Annotated[str, Field(min_length=16)]


def simulated(mode: Mode, token: str) -> FastAPI:
    """The application. Raises NotHere."""
    if mode is not Mode.DEMO:
        raise NotHere
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    exchange = app.state.exchange = Exchange(token)
    add_api(app, exchange)
    add_pushes(app, exchange.pushes)
    _add_page(app, exchange)

    @app.get("/health")
    async def health() -> dict[str, bool]:
        return {"healthy": True}

    return app


def add_api(app: FastAPI, exchange: Exchange) -> None:
    """The provider's own interface to these telephones."""
    base = f"/{API}/Accounts/{{account}}"

    def check(request: Request) -> None:
        kind, _, told = request.headers.get("authorization", "").partition(" ")
        _, _, token = base64.b64decode(told).decode().partition(":")
        if kind != "Basic" or not secrets.compare_digest(token.encode(), exchange.token.encode()):
            raise HTTPException(401)

    @app.post(f"{base}/Calls.json", status_code=201)
    async def place(request: Request, account: str) -> dict[str, str]:
        check(request)
        try:
            return exchange.place(await read_form(request)).shown()
        except (KeyError, ValueError, ParseError) as wrong:
            raise HTTPException(400) from wrong

    @app.get(f"{base}/Calls.json")
    async def placed(request: Request, account: str, To: str) -> JSONResponse:
        check(request)
        found = [call.shown() for call in exchange.calls.values() if call.to == To]
        return JSONResponse({"calls": found[::-1]})

    @app.post(f"{base}/Messages.json", status_code=201)
    async def text(request: Request, account: str) -> dict[str, str]:
        check(request)
        try:
            return exchange.text(await read_form(request)).shown()
        except (KeyError, ValueError) as wrong:
            raise HTTPException(400) from wrong

    @app.get(f"{base}/Messages.json")
    async def texted(request: Request, account: str, To: str) -> JSONResponse:
        check(request)
        found = [each.shown() for each in exchange.messages if each.to == To]
        return JSONResponse({"messages": found[::-1]})


def _add_page(app: FastAPI, exchange: Exchange) -> None:
    @app.get(f"{ROOT}/")
    async def phones(request: Request) -> Response:
        _check_place(request)
        return HTMLResponse(page(exchange.calls.values(), exchange.messages, exchange.pushes.taken))

    @app.get(f"{ROOT}/calls")
    async def calls(request: Request) -> JSONResponse:
        _check_place(request)
        shown = [{**each.shown(), "says": each.says} for each in exchange.calls.values()]
        return JSONResponse(
            {
                "calls": shown,
                "messages": [each.shown() for each in exchange.messages],
                "pushes": [each.shown() for each in exchange.pushes.taken],
            }
        )

    @app.post(f"{ROOT}/calls/{{sid}}/{{verb}}")
    async def act(request: Request, sid: str, verb: str) -> Response:
        _check_place(request)
        try:
            match verb:
                case "answer":
                    exchange.answer(sid)
                case "keys":
                    await exchange.press(sid, (await read_form(request))["keys"])
                case "hang-up":
                    await exchange.hang_up(sid)
        except (KeyError, ValueError) as wrong:
            raise HTTPException(404) from wrong
        return RedirectResponse(f"{ROOT}/", status_code=303)


def _check_place(request: Request) -> None:
    origin = request.headers.get("origin")
    if request.url.hostname not in HERE or (origin and origin != f"http://{request.url.netloc}"):
        raise HTTPException(403)
