"""What the telephone's provider tells: signed, so believed without a session, and answered in XML."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.notification.carrier import PREFIX
from services.notification.forms import TooLong, read_form
from services.notification.ports import Forged, Heard, Report, Telephone

SIGNATURE = "x-twilio-signature"

OnHeard = Callable[[Heard | Report], Awaitable[str]]
"""Takes what was heard, and gives the document that the provider goes on with."""


def hooks(telephone: Callable[[], Telephone | None], on_heard: OnHeard) -> Starlette:
    """The application for the paths below `PREFIX`; what is not signed learns nothing."""

    async def told(request: Request) -> Response:
        provider = telephone()
        if provider is None:
            return Response(status_code=404)
        try:
            form = await read_form(request)
            heard = provider.hear(request.url.path, form, request.headers.get(SIGNATURE, ""))
        except (Forged, TooLong, ValueError):
            return Response(status_code=403)
        document = "" if heard is None else await on_heard(heard)
        return Response(document or "<Response/>", media_type="text/xml")

    return Starlette(routes=[Route(f"{PREFIX}{{rest:path}}", told, methods=["POST"])])
