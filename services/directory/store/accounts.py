"""Which account at an identity provider is which member, and the sessions that are opened with one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import asyncpg

from schemas.events.person import Person
from schemas.events.session import Session, SignInWay
from schemas.refused import Refused
from schemas.state import State
from services.directory.store.access import ended_sessions
from services.directory.store.opening import opening
from services.directory.store.writes import TABLES
from services.runtime.answered import cause_id, unit
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written

_OPENED: Final = "person = $1 AND state->>'way' = $2"


async def keep_accounts(connection: Any, person: UUID, employers: Sequence[str]) -> list[Written]:
    """Only those where this member works still; who comes back binds anew. In the caller's transaction.

    The sessions that end by it, to be written there: the switch of who they left reaches them no more.
    """
    gone = await connection.fetch(
        "DELETE FROM provider_account WHERE person = $1 AND NOT organisation = ANY($2::text[]) RETURNING 1",
        *(str(person), list(employers)),
    )
    return await ended_sessions(connection, _OPENED, str(person), SignInWay.OIDC) if gone else []


@dataclass(frozen=True)
class Account:
    """Somebody at the provider of an organisation; kept as a digest, since nobody has to read it back."""

    organisation: str
    issuer: str
    subject: str

    @property
    def key(self) -> str:
        """Of issuer and subject: neither alone is somebody, nor is an address."""
        return sha256(f"{len(self.issuer)}:{self.issuer}:{self.subject}".encode()).hexdigest()


Decide = Callable[[Person], tuple[Person, Session]]


class Accounts:
    """Changes on a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def bind(self, account: Account, person: UUID, at: datetime) -> None:
        """This account is that member's from now on, and the only one there. Refused: `account_taken`."""
        async with unit(self._pool) as connection:
            await opening(connection, person, provider=account.organisation)
            await connection.execute(
                "DELETE FROM provider_account WHERE person = $1 AND organisation = $2",
                *(str(person), account.organisation),
            )
            bound = await connection.fetchval(
                "INSERT INTO provider_account (account, person, organisation, bound_at)"
                " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING account",
                *(account.key, str(person), account.organisation, at),
            )
            if bound is None:
                raise Refused("account_taken")

    async def loosen(self, person: UUID, at: datetime) -> list[State]:
        """No account is this member's any more; the sessions that end by it."""
        async with unit(self._pool) as connection:
            await connection.execute("DELETE FROM provider_account WHERE person = $1", str(person))
            ended = await ended_sessions(connection, _OPENED, str(person), SignInWay.OIDC)
            await TABLES.write(connection, ended, Cause(cause_id(), person, at))
        return [each.state for each in ended]

    async def held(self, person: UUID) -> dict[str, datetime]:
        """At whose providers this member has an account, and since when."""
        query = "SELECT organisation, bound_at FROM provider_account WHERE person = $1 ORDER BY organisation"
        return {row["organisation"]: row["bound_at"] for row in await self._pool.fetch(query, str(person))}

    async def sign_in(self, account: Account, decide: Decide, at: datetime) -> list[State]:
        """Open a session for whose account it is; all that was written, the session last.

        Refused: `account_unbound`, `provider_distrusted`, and what `decide` raises.
        """
        whose = "SELECT person FROM provider_account WHERE account = $1 AND organisation = $2"
        async with unit(self._pool) as connection:
            person = await connection.fetchval(whose, account.key, account.organisation)
            if person is None:
                raise Refused("account_unbound")
            await opening(connection, UUID(person), provider=account.organisation)
            await connection.execute(LOCK, f"person:{person}")
            # Anew under the locks: it may have been loosened, and they may have been forgotten, since.
            held = await connection.fetchval(f"{whose} FOR SHARE", account.key, account.organisation)
            [known] = await TABLES.read(connection, Person.TYPE, [person])
            if held != person or not isinstance(known.state, Person):
                raise Refused("account_unbound")
            after, session = decide(known.state)
            written = [Written(after, known.version + 1)] if after != known.state else []
            written.append(Written(session, 1))
            await TABLES.write(connection, written, Cause(cause_id(), session.person, at))
        return [each.state for each in written]
