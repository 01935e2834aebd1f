"""Where `notification` says whom the text about a used card did not reach; it then stands at the card."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Header

from schemas.events.card import CardNumber
from schemas.values import Command, Moment
from services.directory.bodies import Nothing
from services.directory.directory import Directory
from services.directory.rules import cards as rules
from services.runtime.inside import judge

UNTOLD = "/internal/card-untold"


class CardUntold(Command):
    """Somebody who was to read that this card was used, and did not."""

    card: CardNumber
    used_at: Moment
    person: UUID


def add_untold(app: FastAPI, directory: Directory) -> None:
    """Add the route."""

    @app.post(UNTOLD, include_in_schema=False)
    async def untold(body: CardUntold, authorization: Annotated[str, Header()] = "") -> Nothing:
        judge(authorization, directory.settings.internal_token)
        decide = partial(rules.untold, person=body.person, used_at=body.used_at)
        directory.heard([await directory.cards.change(body.card, decide, None, directory.now())])
        return Nothing()
