"""What is told in writing, with its receipts: each begun before an order, and completed by its answer."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg

from schemas.events.card import Card
from schemas.events.contact import Contact
from schemas.events.delivery import Delivery
from schemas.events.person import Person
from schemas.events.wake_list import Turn, WakeList
from services.notification.ports import Report
from services.notification.rules.ladder import STALE
from services.notification.rules.mandated import to_tell
from services.notification.rules.notices import (
    BY_CALL,
    ON_DEVICES,
    About,
    Notice,
    for_one,
    of_card,
    of_contact,
    over_since,
    told,
)
from services.notification.rules.sending import LOST, OPEN, Lost, TextMessage, TextState, next_try
from services.notification.rules.text_words import on_device, text_message
from services.notification.store.duty import on_duty
from services.notification.store.mandates import own_of
from services.runtime.database import LOCK

_NOTE: Final = """
INSERT INTO notice (id, about, subject, organisation, at, phone, exercise)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING
"""
_ASKED: Final = "SELECT at FROM notice WHERE subject = $1 AND about = 'card_asked'"
_UNSPREAD: Final = "SELECT * FROM notice WHERE NOT spread ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED"
_SPREAD: Final = "UPDATE notice SET spread = true WHERE id = $1"
_LIST: Final = "SELECT state FROM replica WHERE aggregate = 'wake_list' AND key = $1"
_LADDER: Final = "SELECT state FROM delivery WHERE id = $1"
_PEOPLE: Final = """
SELECT state FROM replica
WHERE aggregate = 'person' AND position(convert_to($1, 'UTF8') IN state) > 0 ORDER BY key
"""
_FORMER: Final = """
SELECT state FROM replica WHERE aggregate = 'contact'
AND (convert_from(state, 'UTF8')::jsonb->'former'->>'until')::timestamptz > $1
"""
_WRITE: Final = """
INSERT INTO text_message (id, notice, person, body, due, device) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO NOTHING
"""
_DUE: Final = """
SELECT text.id, text.person, text.body, text.state, text.tries, notice.at, notice.about, text.device
FROM text_message text JOIN notice ON notice.id = text.notice
WHERE text.state = ANY($1) AND text.due <= $2 AND (text.device IS NOT NULL) = $4 ORDER BY text.due LIMIT $3
"""
_NEEDED: Final = """
SELECT NOT notice.over
       AND (notice.about NOT IN ('nobody', 'unconfirmed')
           OR coalesce(delivery.state->>'state' = 'nobody', false))
       AND (notice.about NOT IN ('called', 'called_to_confirm') OR coalesce(
           delivery.state->'attempts'->-1->>'state' = 'calling'
           AND delivery.state->'attempts'->-1->>'person' = text.person::text, false))
       AND (notice.about <> 'asked' OR EXISTS (
           SELECT FROM asked WHERE asked.delivery = notice.subject AND asked.open))
FROM text_message text JOIN notice ON notice.id = text.notice
LEFT JOIN delivery ON delivery.id = split_part(notice.subject, '/', 1)
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
# A no is about one number, which may have no screen; silence is about the provider. A push service is
# one of several, and beside every push there is a text.
_TROUBLE: Final = """
SELECT count(*), max(why) AS why FROM text_message WHERE state = 'ordered' AND why <> '' AND device IS NULL
"""
_LOST: Final = """
SELECT text.id AS text, notice.about, notice.subject, notice.at, text.person
FROM text_message text JOIN notice ON notice.id = text.notice
LEFT JOIN delivery ON delivery.id = notice.subject
WHERE text.state = ANY($1) AND text.device IS NULL AND (
    notice.about IN ('nobody', 'unconfirmed') AND delivery.id IS NOT NULL
        AND NOT coalesce(delivery.state->'untold', '[]') ? text.person::text
    OR notice.about = 'card_used' AND NOT text.passed_on)
ORDER BY notice.about = 'card_used', text.due
"""
_CONTACTS: Final = "SELECT state FROM replica WHERE aggregate = 'contact' AND key = ANY($1::text[])"


KEPT: Final = timedelta(weeks=8)
"""Long enough to see what came of a night, and whose phone stayed silent."""

FORGET_EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Channels:
    """By what is told here: whether there is a telephone, and whether there is a key for push."""

    texts: bool
    pushes: bool


class Notices:
    """On a pool of connections to the own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]", channels: Channels) -> None:
        self._pool = pool
        self._channels = channels
        self._forget_from: datetime | None = None

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
            people = await _told(connection, notice, now) if now - notice.at <= STALE else []
            rows = list[tuple[Any, ...]]()
            # From the person or device and not from a count: nobody is told the same thing twice.
            for each in people if self._channels.texts and notice.about not in ON_DEVICES else ():
                words = text_message(notice, each.spoken_to)
                rows.append((uuid5(notice.id, f"text/{each.id}"), notice.id, each.id, words, now, None))
            # Without a telephone nobody is called, whatever a ladder says.
            shows = self._channels.pushes and (self._channels.texts or notice.about not in BY_CALL)
            for each, device in await _devices(connection, people) if shows else ():
                words = on_device(notice, each.spoken_to)
                rows.append((uuid5(notice.id, f"push/{device}"), notice.id, each.id, words, now, device))
            await connection.executemany(_WRITE, rows)
            await connection.execute(_SPREAD, notice.id)
            return True

    async def due(self, now: datetime, most: int) -> list[TextMessage]:
        """What is to be texted now, the longest due first."""
        return await self._due(now, most, to_devices=False)

    async def due_on_devices(self, now: datetime, most: int) -> list[TextMessage]:
        """What is to be shown on devices now, the longest due first."""
        return await self._due(now, most, to_devices=True)

    async def _due(self, now: datetime, most: int, *, to_devices: bool) -> list[TextMessage]:
        rows = await self._pool.fetch(_DUE, [*OPEN], now, most, to_devices)
        return [
            TextMessage(**{**row, "state": TextState(row["state"]), "about": About(row["about"])})
            for row in rows
        ]

    async def claim(self, text: TextMessage, now: datetime) -> bool:
        """The right to order this message now; False when somebody else did since it was read."""
        due = next_try(text.tries + 1, now)
        return bool(await self._pool.fetchval(_CLAIM, text.id, text.tries, due, [*OPEN]))

    async def taken(self, push: UUID) -> None:
        """The push service took it; it gives no number to what it takes."""
        await self._pool.execute("UPDATE text_message SET state = 'sent', why = '' WHERE id = $1", push)

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

    async def lost(self) -> list[Lost]:
        """Every text about a ladder or a used card that got lost and does not stand there yet.

        Those of ladders come first: they are written here, and the others wait for the directory.
        """
        rows = await self._pool.fetch(_LOST, [*LOST])
        return [Lost(**{**row, "about": About(row["about"])}) for row in rows]

    async def passed_on(self, text: UUID) -> None:
        """That it got lost stands where people look."""
        await self._pool.execute("UPDATE text_message SET passed_on = true WHERE id = $1", text)

    async def tidy(self, now: datetime) -> None:
        """Forget what is old, if that was not done in the last hour."""
        if self._forget_from is None or now >= self._forget_from:
            await self.forget(now - KEPT)
            self._forget_from = now + FORGET_EVERY

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


async def _devices(connection: Any, people: Sequence[Person]) -> list[tuple[Person, UUID]]:
    """Each of them with each device that shows messages to them."""
    known = {each.id: each for each in people}
    rows = await connection.fetch(_CONTACTS, [str(each) for each in known])
    contacts = [Contact.model_validate_json(row["state"]) for row in rows]
    return [(known[each.id], device.id) for each in contacts for device in each.devices]


def _notice(row: Any) -> Notice:
    known = {each.name: row[each.name] for each in fields(Notice)}
    return Notice(**{**known, "about": About(known["about"])})


async def _told(connection: Any, notice: Notice, now: datetime) -> list[Person]:
    if (alone := for_one(notice)) is not None:
        rows = await connection.fetch(_PEOPLE, f'"{alone}"')
        return told(notice, (), [Person.model_validate_json(row["state"]) for row in rows])
    turns = await _turns(connection, notice, now)
    # Only who may be of the organisation is read whole: the country has ten thousand people.
    rows = await connection.fetch(_PEOPLE, f'"{notice.organisation}"')
    return told(notice, turns, [Person.model_validate_json(row["state"]) for row in rows])


async def _turns(connection: Any, notice: Notice, now: datetime) -> Sequence[Turn]:
    if notice.about is About.UNCONFIRMED:
        state = await connection.fetchval(_LADDER, notice.subject)
        delivery = Delivery.model_validate_json(state)
        return to_tell(await own_of(connection, notice.organisation), delivery, now)
    state = await connection.fetchval(_LIST, notice.organisation)
    turns = () if state is None else WakeList.model_validate_json(state).turns
    if notice.about is not About.ASKED:
        return turns
    duties = await on_duty(connection, (turn.person for turn in turns), now)
    return [turn for turn in turns if turn.person in duties]
