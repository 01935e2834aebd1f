"""Another number for a colleague: call-backs go there, so where it opens doors it waits for a second yes."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from schemas.events.access import Access
from schemas.events.contact import Contact, FormerNumber, WaitingNumber
from schemas.refused import Refused

ALONE_AFTER: Final = timedelta(days=3)
"""A weekend: after so long in which nobody said no, the only administrator says the second yes as well."""


TOLD_WITHIN: Final = timedelta(days=1)
"""Longer than any message is tried: who had a number before that is told no more."""

MOST_FORMER: Final = 5


def replaced(contact: Contact, by: UUID, now: datetime, opened: Callable[[str], str]) -> dict[str, Any]:
    """What is kept of the number that counted until now, and of those before: each once, by `opened` as text.

    Of too many the oldest stay: whoever changes it on and on must not push out whose it was.
    """
    last = FormerNumber(phone=contact.phone, until=now, changed_by=by)
    news = [each for each in (*contact.before, last) if now - each.until < TOLD_WITHIN]
    # In the place of the first time that it counted, with the moment of the last.
    kept = {opened(each.phone): each for each in news}
    return {"former": last, "formers": tuple(kept.values())[:MOST_FORMER]}


def waits(person: UUID, asker: UUID, *, has_key: bool, has_card: bool) -> bool:
    """Whether the new number waits: not one's own, nor that of somebody whom nothing lets in yet.

    `has_card`: a card of theirs or a colleague's is ready, so that the number may be called back.
    """
    return person != asker and (has_key or has_card)


def may_say_yes(
    waiting: WaitingNumber, person: UUID, asker: UUID, able: Mapping[UUID, Access], now: datetime
) -> None:
    """The person, or an administrator who did not ask for it; who did ask may where there is no other, later.

    `able`: who administers there and has a key, and who plays in a demonstration without one. The person may
    be one of them: then theirs is the yes that is missing. Refused: `not_your_right`, `needs_second`,
    `too_early`, and `too_new` where one of the two may be made up by the other.
    """
    if asker == person:
        return
    if asker not in able:
        raise Refused("not_your_right")
    if asker != waiting.asked_by:
        asked = able.get(waiting.asked_by)
        if asked is None or not (_is_settled(asked, waiting) and _is_settled(able[asker], waiting)):
            raise Refused("too_new")
        return
    if any(each == person or _was_in(access, waiting) for each, access in able.items() if each != asker):
        raise Refused("needs_second")
    if now < waiting.asked_at + ALONE_AFTER:
        raise Refused("too_early", after=(waiting.asked_at + ALONE_AFTER).isoformat())


def _is_settled(access: Access, waiting: WaitingNumber) -> bool:
    """Whether every key is from well before the asking.

    An administrator could open an invitation to a newcomer, or to a colleague who exists, on their own phone.
    """
    return all(each.added_at <= waiting.asked_at - ALONE_AFTER for each in access.passkeys)


def _was_in(access: Access, waiting: WaitingNumber) -> bool:
    """Whether they could get in well before the asking, so that they are there to be asked."""
    return any(each.added_at <= waiting.asked_at - ALONE_AFTER for each in access.passkeys)


def may_say_no(person: UUID, asker: UUID, able: Collection[UUID]) -> None:
    """The person, and every administrator, who asked for it too. Refused: `not_your_right`."""
    if asker != person and asker not in able:
        raise Refused("not_your_right")
