"""One process of the directory: what it remembers, its tables, and how it lets the world hear."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from schemas.events.access import Access
from schemas.events.card import Card
from schemas.events.person import Person
from schemas.events.session import Session
from schemas.events.trust import Trust
from schemas.state import State
from services.directory.callback import ByNotification, CallBack, NoTelephone
from services.directory.ceremony import Site, nobodys_key
from services.directory.challenges import Challenges, OfStrangers
from services.directory.meeting import Meeting
from services.directory.provider_file import configured
from services.directory.rules.access import digest_of
from services.directory.settings import DirectorySettings
from services.directory.store.access import Accesses
from services.directory.store.accounts import Accounts
from services.directory.store.cards import Cards
from services.directory.store.halves import give_halves
from services.directory.store.mandates import Mandates
from services.directory.store.numbers import Numbers
from services.directory.store.people import People
from services.directory.store.push import PushDevices
from services.directory.store.reads import Reads
from services.directory.store.systems import Systems
from services.directory.store.trust import Trusts
from services.directory.store.writes import Writes
from services.directory.texts import Texts, texts_of
from services.directory.uses import Uses
from services.runtime.answered import KEPT, forget_older
from services.runtime.database import AWAY, open_pool
from services.runtime.engine import open_engine
from services.runtime.health import Health, Pulse, depends_on
from services.runtime.now import clock
from services.runtime.process import cancel, lasting
from services.runtime.settings import Mode
from services.runtime.tokens import Signer, Verifier
from services.runtime.wake import Waker
from services.runtime.who import Who

log: Final = logging.getLogger(__name__)

FORGET_SECONDS: Final = 3_600.0


class MadeUpPeople(Exception):
    """The tables are those of a demonstration, and a demonstration is not turned into a real platform."""


class OwnTables:
    """People, sessions, cards and ways in, in memory of the one process that writes their tables."""

    def __init__(self) -> None:
        self.people: dict[UUID, Person] = {}
        self.sessions: dict[UUID, Session] = {}
        self.accesses: dict[UUID, Access] = {}
        self.cards: dict[str, Card] = {}
        self.trusts: dict[str, Trust] = {}
        self._by_credential: dict[str, UUID] = {}
        self._by_secret: dict[str, UUID] = {}

    def keep(self, states: Iterable[State]) -> None:
        """Remember these as they are now."""
        for state in states:
            if isinstance(state, Person):
                self.people[state.id] = state
            elif isinstance(state, Session):
                self.sessions[state.id] = state
            elif isinstance(state, Access):
                self._keep_access(state)
            elif isinstance(state, Card):
                self.cards[state.id] = state
            elif isinstance(state, Trust):
                self.trusts[state.id] = state

    def _keep_access(self, access: Access) -> None:
        before = self.accesses.get(access.id, Access(id=access.id))
        for passkey in before.passkeys:
            self._by_credential.pop(passkey.credential, None)
        if before.invitation is not None:
            self._by_secret.pop(before.invitation.secret, None)
        self.accesses[access.id] = access
        self._by_credential |= {passkey.credential: access.id for passkey in access.passkeys}
        if access.invitation is not None:
            self._by_secret[access.invitation.secret] = access.id

    def access(self, person: UUID) -> Access:
        """What somebody gets in with."""
        return self.accesses.get(person, Access(id=person))

    def sessions_of(self, person: UUID) -> list[Session]:
        """The sessions of somebody, but for those that are long over."""
        return [each for each in self.sessions.values() if each.person == person]

    def forget_sessions(self, now: datetime) -> None:
        """Those that are long over are read in the tables, by who asks what is kept of them."""
        self.sessions = {key: each for key, each in self.sessions.items() if not each.may_be_forgotten(now)}

    def systems_of(self, organisation: str) -> list[Access]:
        """The keys of an organisation's systems, also those that ended."""
        return [
            self.accesses[each.id]
            for each in self.people.values()
            if each.system == organisation and each.id in self.accesses
        ]

    def access_with(self, passkey: UUID) -> Access | None:
        """Whose key this is, by our own id of it."""
        having = (each for each in self.accesses.values() if any(key.id == passkey for key in each.passkeys))
        return next(having, None)

    def whose_passkey(self, credential: str) -> UUID | None:
        """Who has this key."""
        return self._by_credential.get(credential)

    def whose_invitation(self, secret: str) -> UUID | None:
        """Whom the invitation with this secret is for."""
        return self._by_secret.get(digest_of(secret))

    def trusted(self, organisation: str) -> bool:
        """Whether the organisation's own IT is believed; `store.opening` asks the same under its lock."""
        found = self.trusts.get(organisation)
        return found is None or not found.distrusted

    def card(self, number: str) -> Card | None:
        """The newest state of a card."""
        return self.cards.get(number)

    def session(self, session: UUID) -> Session | None:
        """The newest state of a session."""
        return self.sessions.get(session)

    def person(self, person: UUID) -> Person | None:
        """The newest state of a person."""
        return self.people.get(person)


class Directory:
    """The parts of one process of the directory, wired together."""

    def __init__(self, settings: DirectorySettings) -> None:
        self.settings = settings
        self.now = clock(settings.clock_offset_seconds)
        self.own = OwnTables()
        self.site = Site(settings.rp_id, settings.origins)
        self.challenges = Challenges(secrets.token_bytes(32))
        # Apart: whoever begins there may end it at once, and must not fill the memory of those with keys.
        self.journeys = OfStrangers(secrets.token_bytes(32))
        self.meetings = {
            each.organisation: Meeting(each, secret) for each, secret in configured(settings.providers_file)
        }
        self.uses = Uses()
        self.call_back: CallBack = _telephone(settings)
        self.texts: Texts = texts_of(settings)
        self.under_way: set[asyncio.Task[None]] = set()
        self.nobodys_key = nobodys_key()
        self.signer = Signer(settings.token_private_key)
        verifier = Verifier(settings.token_public_keys, settings.mode)
        self.who = Who(verifier, self.own, self.now, patience=0.0)
        self.ready = False
        self.database = Pulse(self._ask_database)
        self.tasks: list[asyncio.Task[None]] = []
        self.beside: tuple[Callable[[Directory], Coroutine[Any, Any, None]], ...] = ()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connections and tasks, while the block runs."""
        self.pool = pool = await open_pool(self.settings.database, self.settings.pool_size)
        engine = open_engine(self.settings.database)
        # Apart: many commands at once must not look like a database that is away.
        self._side = side = await open_pool(self.settings.database, 1)
        self.reads, self.writes, waker = Reads(engine), Writes(pool), Waker(side)
        self.accesses = Accesses(pool)
        self.accounts = Accounts(pool)
        self.cards = Cards(pool)
        self.devices = PushDevices(pool)
        self.mandates = Mandates(pool)
        self.numbers = Numbers(pool)
        self.people = People(pool, self.texts.take_out)
        self.systems = Systems(pool)
        self.trusts = Trusts(pool)
        self.wake = waker.wake
        try:
            await give_halves(pool, self.now())
            await self._remember()
            self.tasks = [
                lasting(waker.run(), "waker"),
                lasting(self.database.run(), "database"),
                lasting(self._forget_old(), "forgetting"),
                *(lasting(each(self), each.__name__) for each in self.beside),
            ]
            self.ready = True
            yield
        finally:
            await cancel([*self.tasks, *self.under_way])
            await engine.dispose()
            await side.close()
            await pool.close()

    def health(self) -> Health:
        """Healthy once everybody is known, while the database answers."""
        trouble = [] if self.ready else ["starting"]
        trouble += depends_on(self.database, self.tasks)
        return Health(healthy=not trouble, why="; ".join(trouble))

    async def _remember(self) -> None:
        """Everybody there is. Raises MadeUpPeople where a real platform finds somebody made up."""
        reads = self.reads
        self.own.keep(await reads.sessions(self.now()))
        for known in (reads.people, reads.accesses, reads.cards, reads.trusts):
            self.own.keep(await known())
        if self.settings.mode is Mode.REAL and any(each.fictitious for each in self.own.people.values()):
            raise MadeUpPeople("these tables hold made-up people; a real platform begins in an empty home")

    async def _forget_old(self) -> None:
        while True:
            await asyncio.sleep(FORGET_SECONDS)
            self.own.forget_sessions(self.now())
            try:
                await forget_older(self.pool, self.now() - KEPT)
            except AWAY as away:
                log.warning("what was answered is kept an hour longer: %r", away)

    async def _ask_database(self) -> None:
        await self._side.fetchval("SELECT 1")

    async def keep(self, session: Session) -> None:
        """Write a session and let the world hear."""
        await self.writes.keep_session(session, session.person, self.now())
        self.heard([session])

    async def forget(self, person: UUID) -> int | None:
        """Forget a person and let the world hear: from how many texts they were taken; None: there is nobody.

        Refused: `texts_away`.
        """
        places = 0

        async def take_out(words: Sequence[str]) -> int:
            nonlocal places
            places = await self.texts.take_out(words)
            return places

        left = await self.writes.forget(person, self.now(), take_out)
        self.heard(left or ())
        return None if left is None else places

    def go_on(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside the answer that is given now; what it raises is logged and ends nothing else."""
        task = asyncio.create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.under_way.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("work beside an answer failed", exc_info=failure)

    def heard(self, states: Iterable[State]) -> None:
        """These were written: remember them, and let the world hear."""
        self.own.keep(states)
        self.wake()


def _telephone(settings: DirectorySettings) -> CallBack:
    if settings.notification_url is None:
        return NoTelephone()
    return ByNotification(settings.notification_url, settings.internal_token)
