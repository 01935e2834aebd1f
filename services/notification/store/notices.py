"""What is told by text message; and the receipts, written before an order and completed by its answer."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg

from schemas.events.card import Card
from schemas.events.contact import Contact
from schemas.events.person import Person
from schemas.events.wake_list import WakeList
from services.notification.ports import Report
from services.notification.rules.ladder import STALE
from services.notification.rules.notices import (
    TO_FORMER,
    About,
    Notice,
    of_card,
    of_contact,
    over_since,
    told,
)
from services.notification.rules.sending import OPEN, TextMessage, TextState, next_try
from services.notification.rules.text_words import text_message
from services.runtime.database import LOCK

_NOTE: Final = """
INSERT INTO notice (id, about, subject, organisation, at, phone, exercise)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING
"""
_ASKED: Final = "SELECT at FROM notice WHERE subject = $1 AND about = 'card_asked'"
_UNSPREAD: Final = "SELECT * FROM notice WHERE NOT spread ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED"
_SPREAD: Final = "UPDATE notice SET spread = true WHERE id = $1"
_LIST: Final = "SELECT state FROM replica WHERE aggregate = 'wake_list' AND key = $1"
_PEOPLE: Final = """
SELECT state FROM replica
WHERE aggregate = 'person' AND position(convert_to($1, 'UTF8') IN state) > 0 ORDER BY key
"""
_FORMER: Final = """
SELECT state FROM replica WHERE aggregate = 'contact'
AND (convert_from(state, 'UTF8')::jsonb->'former'->>'until')::timestamptz > $1
"""
_WRITE: Final = """
INSERT INTO text_message (id, notice, person, body, due) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING
"""
_DUE: Final = """
SELECT text.id, text.person, text.body, text.state, text.tries, notice.at, notice.about = ANY($4) AS former
FROM text_message text JOIN notice ON notice.id = text.notice
WHERE text.state = ANY($1) AND text.due <= $2 ORDER BY text.due LIMIT $3
"""
_NEEDED: Final = """
SELECT NOT notice.over
       AND (notice.about <> 'nobody' OR coalesce(delivery.state->>'state' = 'nobody', false))
FROM text_message text JOIN notice ON notice.id = text.notice
LEFT JOIN delivery ON delivery.id = notice.subject
WHERE text.id = $1
"""
_OVER: Final = """
UPDATE notice SET over = true WHERE subject = $1 AND about = 'card_asked' AND at <= $2
"""
# The report may come before the answer to the order, and then says the id first.
_DELIVERED: Final = """
UPDATE text_message SET state = 'delivered', message = $2, why = ''
WHERE id = $1 AND (state = 'sent' AND message = $2 OR state = 'ordered' AND returned IS DISTINCT FROM $2)
"""
_RETURNED: Final = """
UPDATE text_message SET
    state = CASE WHEN returned IS NULL THEN 'waiting' ELSE 'undelivered' END,
    message = CASE WHEN returned IS NULL THEN NULL ELSE $2 END,
    returned = coalesce(returned, $2), due = $3, why = 'it did not arrive'
WHERE id = $1 AND (state = 'sent' AND message = $2 OR state = 'ordered' AND returned IS DISTINCT FROM $2)
RETURNING state
"""
_FORGET: Final = (
    "DELETE FROM text_message USING notice WHERE notice.id = text_message.notice AND notice.at < $1",
    "DELETE FROM notice WHERE at < $1",
)
_CLAIM: Final = """
UPDATE text_message SET state = 'ordered', tries = tries + 1, due = $3
WHERE id = $1 AND tries = $2 AND state = ANY($4) RETURNING true
"""
_KNOWN: Final = """
SELECT known FROM text_message, unnest(ARRAY[message, returned]) AS known
WHERE person = $1 AND known IS NOT NULL
"""
# A no is about one number, which may have no screen; silence is about the provider.
_TROUBLE: Final = "SELECT count(*), max(why) AS why FROM text_message WHERE state = 'ordered' AND why <> ''"


class Notices:
    """On a pool of connections to the own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def of_card(self, card: Card, now: datetime) -> None:
        """Note what is to be told of a card as it is now; what was noted before stays as it is."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"card:{card.id}")
            if (over := over_since(card)) is not None:
                await connection.execute(_OVER, card.id, over)
            asked = [row["at"] for row in await connection.fetch(_ASKED, card.id)]
            await note(connection, of_card(card, asked, now))

    async def of_contacts(self, contacts: Sequence[Contact], now: datetime) -> None:
        """Note what is to be told of numbers that were changed."""
        async with self._pool.acquire() as connection, connection.transaction():
            await note(connection, [each for contact in contacts for each in of_contact(contact, now)])

    async def of_kept_contacts(self, now: datetime) -> None:
        """The same of all that were taken in: a process may have died before it noted what to tell."""
        rows = await self._pool.fetch(_FORMER, now - STALE)
        await self.of_contacts([Contact.model_validate_json(row["state"]) for row in rows], now)

    async def spread(self, now: datetime) -> bool:
        """Write the messages that one notice asks for; False when there is none that was not spread.

        Who is told is decided once: whoever comes on the list later is not told of what was before.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(_UNSPREAD)
            if row is None:
                return False
            notice = _notice(row)
            people = await _told(connection, notice) if now - notice.at <= STALE else []
            await connection.executemany(
                _WRITE,
                [
                    # From the person and not from a count: nobody is told the same thing twice.
                    (
                        uuid5(notice.id, f"text/{each.id}"),
                        notice.id,
                        each.id,
                        text_message(notice, each.spoken_to),
                        now,
                    )
                    for each in people
                ],
            )
            await connection.execute(_SPREAD, notice.id)
            return True

    async def due(self, now: datetime, most: int) -> list[TextMessage]:
        """What is to be sent now, the longest due first."""
        rows = await self._pool.fetch(_DUE, [*OPEN], now, most, [*TO_FORMER])
        return [TextMessage(**{**row, "state": TextState(row["state"])}) for row in rows]

    async def claim(self, text: TextMessage, now: datetime) -> bool:
        """The right to order this message now; False when somebody else did since it was read."""
        due = next_try(text.tries + 1, now)
        return bool(await self._pool.fetchval(_CLAIM, text.id, text.tries, due, [*OPEN]))

    async def complete(self, text: UUID, message: str) -> None:
        """The provider took it; where it told already what became of it, that stays."""
        query = """
            UPDATE text_message SET state = 'sent', message = $2, why = ''
            WHERE id = $1 AND state = 'ordered' AND returned IS DISTINCT FROM $2
        """
        await self._pool.execute(query, text, message)

    async def needed(self, text: UUID) -> bool:
        """Whether what it tells is so at this moment."""
        return bool(await self._pool.fetchval(_NEEDED, text))

    async def reported(self, report: Report, again: datetime) -> TextState | None:
        """What a message is now, by what the provider says of it; None where that is nothing to act on.

        `again`: when one that did not arrive is due once more, if it is the first time.
        """
        told = (report.reference, report.message)
        if report.arrived:
            await self._pool.execute(_DELIVERED, *told)
            return None
        state = await self._pool.fetchval(_RETURNED, *told, again)
        return None if state is None else TextState(state)

    async def become(self, text: UUID, state: TextState, why: str) -> None:
        """What came of a try, and why it was not better; when the next one is due was said before."""
        query = "UPDATE text_message SET state = $2, why = $3 WHERE id = $1"
        await self._pool.execute(query, text, state, why)

    async def postpone(self, text: UUID, until: datetime, why: str) -> None:
        """Nothing was ordered, and cannot be now."""
        await self._pool.execute("UPDATE text_message SET due = $2, why = $3 WHERE id = $1", text, until, why)

    async def known(self, person: UUID) -> list[str]:
        """The provider's ids of messages to somebody that are accounted for."""
        return [str(row["known"]) for row in await self._pool.fetch(_KNOWN, person)]

    async def forget(self, moment: datetime) -> None:
        """Delete what happened before this moment, and whom it was told."""
        async with self._pool.acquire() as connection, connection.transaction():
            for query in _FORGET:
                await connection.execute(query, moment)

    async def trouble(self) -> str:
        """Which messages wait since the provider gave no answer; empty when none does."""
        [row] = await self._pool.fetch(_TROUBLE)
        return f"{row['count']} text messages wait: {row['why']}" if row["count"] else ""


async def note(connection: Any, notices: Sequence[Notice]) -> None:
    """What is to be told, in the transaction of what makes it so; what was noted before stays as it is."""
    await connection.executemany(_NOTE, [tuple(asdict(each).values()) for each in notices])


def _notice(row: Any) -> Notice:
    known = {each.name: row[each.name] for each in fields(Notice)}
    return Notice(**{**known, "about": About(known["about"])})


async def _told(connection: Any, notice: Notice) -> list[Person]:
    if notice.about in TO_FORMER:
        rows = await connection.fetch(_PEOPLE, f'"{notice.subject}"')
        return told(notice, (), [Person.model_validate_json(row["state"]) for row in rows])
    state = await connection.fetchval(_LIST, notice.organisation)
    turns = () if state is None else WakeList.model_validate_json(state).turns
    # Only who may be of the organisation is read whole: the country has ten thousand people.
    rows = await connection.fetch(_PEOPLE, f'"{notice.organisation}"')
    return told(notice, turns, [Person.model_validate_json(row["state"]) for row in rows])
