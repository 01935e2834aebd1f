"""The routes of sealed cards: printing, coming in with one, a second person's yes, and stopping one."""

import base64
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import Cookie, FastAPI, Request, Response

from schemas.catalogue import Function
from schemas.events.card import Card
from schemas.events.person import Person
from schemas.refused import Refused
from services.directory import card_bodies as bodies
from services.directory.bodies import Nothing, Purpose, SignedIn
from services.directory.card_sheet import sheet
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, Page, fresh, new_code, seat, tie
from services.directory.rules import cards as rules
from services.directory.rules.session import open_with_card
from services.directory.uses import LASTS, Use, digest_of
from services.runtime.gate import Asking
from services.runtime.limits import network_of
from services.runtime.once import Repeat, repeated
from services.runtime.problems import Problem
from services.runtime.who import caller

log: Final = logging.getLogger(__name__)

WORDS: Final = tuple((Path(__file__).parent / "facts" / "card_words.txt").read_text("ascii").split())
"""2,048 plain Dutch words of at most eight letters, put together for this list."""

USE: Final = "noaber_card"
"""Cookie that ties the use of a card to the browser that began it."""

OPEN: Final = f"{PREFIX}/cards/open"
CALL: Final = f"{PREFIX}/cards/call"
ENTER: Final = f"{PREFIX}/cards/enter"

COUNTED: Final = (OPEN, CALL)
CARD_DOORS: Final = (*COUNTED, ENTER)
"""The last is not counted per address: it is asked every few seconds by who waits, and takes 256 bits to be
answered at all."""

Held = Annotated[str, Cookie(alias=USE, include_in_schema=False)]


def add_cards(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""
    _add_printing(app, directory)
    _add_door(app, directory)
    _add_second_person(app, directory)


def _add_printing(app: FastAPI, directory: Directory) -> None:
    @app.post(f"{PREFIX}/cards")
    async def print_cards(
        asker: Asking, body: bodies.Print, began: Began = "", origin: Page = ""
    ) -> bodies.PrintedCards:
        rules.may_print(asker.person, body.organisation)
        await fresh(directory, asker, body.passkey, Purpose.PRINT, began)
        order = _Order(body.organisation, body.roles, asker.person.id, origin)
        return await printed(directory, order)

    @app.post(f"{PREFIX}/cards/{{number}}/stop")
    async def stop(asker: Asking, number: str, body: bodies.Stop, began: Began = "") -> Nothing:
        card = _known(directory, number)
        rules.may_approve(asker.person, card.organisation)
        # Or a stolen session empties the vault.
        await fresh(directory, asker, body.passkey, Purpose.STOP, began)
        now = directory.now()
        decide = partial(rules.stop, by=asker.person.id, now=now)
        directory.heard(await directory.cards.stop(card.id, decide, asker.person.id, now))
        directory.uses.over(card.id)
        log.warning("card %s was stopped by %s", card.id, asker.person.id)
        return Nothing()


def _add_door(app: FastAPI, directory: Directory) -> None:
    @app.post(OPEN)
    async def open_card(body: bodies.OpenCard, request: Request, response: Response) -> bodies.Opened:
        now = directory.now()
        card = directory.own.card(body.number)
        if not rules.has_words(card, body.number, body.words) or card is None:
            raise Refused("card_refused")
        if not rules.is_ready(card, now):
            # Who holds a photograph hears what everybody hears; who looks into it later reads of it.
            log.warning("card %s is over, and somebody has its words", card.id)
            raise Refused("card_refused")
        asked = await directory.cards.change(card.id, partial(rules.ask, now=now), None, now)
        directory.heard([asked])
        token, code = secrets.token_urlsafe(32), new_code()
        network = network_of(caller(request.scope))
        use = Use(uuid4(), network, digest_of(token), asked, body.name, code, now)
        directory.uses.add(use)
        log.warning("card %s: somebody has its words and asks to come in, use %s", card.id, use.id)
        tie(response, directory, USE, token, LASTS)
        return bodies.Opened(code=code, expires_at=use.expires_at, role=asked.role)

    @app.post(CALL)
    async def call(body: Nothing, held: Held = "") -> bodies.Waiting:
        now = directory.now()
        use = directory.uses.call(directory.uses.of_browser(held, now).id, now)
        # Beside the answer: neither what it says nor how long it takes tells whether that name is known.
        directory.go_on(_ring(directory, use))
        return bodies.Waiting(waiting=True, expires_at=use.expires_at)

    @app.post(ENTER)
    async def enter(body: Nothing, response: Response, held: Held = "") -> bodies.Waiting | SignedIn:
        now = directory.now()
        use = directory.uses.of_browser(held, now)
        if use.person is None:
            return bodies.Waiting(waiting=True, expires_at=use.expires_at)
        person = directory.own.person(use.person)
        if person is None or not rules.is_colleague(person, use.card.organisation):
            raise Refused("card_use_over")
        if use.approver is not None:
            # They may have lost their right since the yes.
            _may_answer(directory, directory.own.people[use.approver], use, person.id)
        session = open_with_card(uuid4(), person, use.card.id, now)
        decide = partial(rules.spend, person=person.id, approver=use.approver, session=session.id, now=now)
        spent = await directory.cards.enter(use.card.id, decide, session, now)
        directory.heard([spent, session])
        directory.uses.over(use.card.id)
        log.warning("card %s let %s in, approved by %s", spent.id, person.id, use.approver or "a call")
        seat(response, directory, session)
        response.delete_cookie(USE, path=PREFIX)
        return SignedIn(session=session.id)


async def _ring(directory: Directory, use: Use) -> None:
    """Ring who they say they are, where exactly one colleague is called that; the right keys let them in."""
    colleagues = await directory.reads.colleagues(use.card.organisation)
    meant = [each.person.id for each in colleagues if rules.is_same_name(each.name, use.name)]
    if len(meant) != 1:
        log.warning("card %s: %d colleagues have the name that was given", use.card.id, len(meant))
        return
    if not await directory.call_back.keyed_in(use.id, meant[0], use.code):
        return
    try:
        directory.uses.keyed_in(use.id, meant[0], directory.now())
    except Refused:
        log.warning("card %s: the code was keyed in when use %s was over", use.card.id, use.id)


def _add_second_person(app: FastAPI, directory: Directory) -> None:
    @app.get(f"{PREFIX}/cards/asked")
    async def asked(asker: Asking) -> bodies.Asked:
        return bodies.Asked(
            uses=[
                bodies.AskedUse(
                    use=use.id,
                    number=use.card.id,
                    organisation=use.card.organisation,
                    role=use.card.role,
                    name=use.name,
                    asked_at=use.asked_at,
                    expires_at=use.expires_at,
                )
                for use in directory.uses.waiting(directory.now())
                if any(asker.person.may(right, use.card.organisation) for right in rules.APPROVES)
            ]
        )

    async def stands(sent: Repeat) -> Nothing:
        said = bodies.Approve.model_validate_json(sent.body)
        approver, now = sent.asker.person.id, directory.now()
        # Until the card is spent the yes is in memory alone: after a start it has to be said anew.
        spent = any(
            (each.used_by, each.approved_by) == (said.person, approver) and _is_news(each, now)
            for each in directory.own.cards.values()
        )
        if not spent and not directory.uses.is_approved(said.use, said.person, approver, now):
            raise Refused("card_use_over")
        return Nothing()

    @app.post(f"{PREFIX}/cards/approve")
    @repeated(stands)
    async def approve(asker: Asking, body: bodies.Approve, began: Began = "") -> Nothing:
        now = directory.now()
        use = directory.uses.find(body.use, now)
        _may_answer(directory, asker.person, use, body.person)
        await fresh(directory, asker, body.passkey, Purpose.APPROVE, began)
        card = directory.own.card(use.card.id)
        if not rules.is_ready(card, now):
            raise Refused("card_refused")
        directory.uses.approve(use.id, body.code, body.person, asker.person.id, now)
        log.warning("card %s: %s says yes to %s, use %s", use.card.id, asker.person.id, body.person, use.id)
        return Nothing()


def _is_news(card: Card, now: datetime) -> bool:
    """Whether the card was spent so lately that the yes to it may still be on its way."""
    return card.used_at is not None and now < card.used_at + LASTS


def _may_answer(directory: Directory, approver: Person, use: Use, whom: UUID) -> None:
    """Whether this person may say yes to that one. Raises Refused."""
    if not approver.works_for(use.card.organisation):
        # As for a use that is none: who works elsewhere does not learn of this one.
        raise Refused("card_use_over")
    rules.may_approve(approver, use.card.organisation)
    rules.may_be_let_in(approver, directory.own.person(whom), use.card.organisation)


def _known(directory: Directory, number: str) -> Card:
    card = directory.own.card(number)
    if card is None:
        raise Refused("not_found")
    return card


@dataclass(frozen=True)
class _Order:
    """Which cards to print; `by` is empty for the machine itself. `origin`: where people go."""

    organisation: str
    roles: tuple[Function, ...]
    by: UUID | None
    origin: str


async def print_here(directory: Directory, body: bodies.PrintHere) -> bodies.PrintedCards:
    """Cards from the machine itself. Raises Problem 404 for an unknown organisation."""
    return await printed(directory, _Order(body.organisation, body.roles, None, body.origin))


async def printed(directory: Directory, order: _Order) -> bodies.PrintedCards:
    """Print: the only moment at which the words are said."""
    found = [each for each in await directory.reads.organisations() if each.id == order.organisation]
    if not found:
        raise Problem(404, "not_found")
    # Read before: once the old cards are void, nothing may keep the new words from being said.
    _, kept = await directory.writes.wake_list(order.organisation)
    now = directory.now()
    wanted = [
        rules.Printed(role, " ".join(secrets.choice(WORDS) for _ in range(rules.WORDS)))
        for role in order.roles
    ]
    decide = partial(rules.print_cards, order.organisation, printed=wanted, by=order.by, now=now)
    new, old = await directory.cards.print(order.organisation, decide, order.by, now)
    directory.heard([*new, *old])
    for card in old:
        directory.uses.over(card.id)
    log.warning("%d cards of %s printed, %d are void by that", len(new), order.organisation, len(old))
    faces = [
        bodies.PrintedCard(
            number=card.id,
            role=card.role,
            words=each.words,
            link=f"{order.origin}/card#{card.id}.{each.words.replace(' ', '-')}",
            page=f"{order.origin}/card",
            printed_at=card.printed_at,
            expires_at=card.expires_at,
            # Their number for a night on which nobody answers is theirs for this one too.
            phone=kept.phone if kept is not None else "",
        )
        for card, each in zip(new, wanted, strict=True)
    ]
    return bodies.PrintedCards(
        cards=faces,
        replaced=len(old),
        pdf=base64.b64encode(sheet(found[0].name, faces)).decode(),
    )
