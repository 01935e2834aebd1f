"""Takes words out of all that was said of an incident: what it is, each version of it, under its locks."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from schemas.events.incident import Incident
from schemas.events.log_entry import Entry, LogEntry
from schemas.events.person import Person
from schemas.refused import Refused
from services.aid.handlers.desk import KeyReused, check_visible
from services.aid.handlers.retrying import retried
from services.aid.ports import TextStore, TextUnit
from services.aid.reach import Reach
from services.aid.rules import redaction
from services.aid.rules.mandate import own_key
from services.aid.rules.redaction import Redacted, Said
from services.aid.rules.story import Story
from services.aid.rules.wording import is_too_short, patterns_of
from services.aid.rules.world import Context, Picture
from services.runtime.now import Now
from services.runtime.ports import Cause, Written


@dataclass(frozen=True)
class Order:
    """Which words are taken out, by whom (None: by the directory, of who is forgotten), and the cause.

    `vouched`: as in `Context`.
    """

    words: Sequence[str]
    asker: Person | None
    cause: UUID
    vouched: bool = False


@dataclass(frozen=True)
class Out:
    """From how many texts words were taken, and the rows that were written, the line first."""

    places: int
    rows: Sequence[Written] = ()
    incidents: tuple[Incident, ...] = ()


class Redactor:
    """Takes words out. Nothing remembers them: not the answered commands, no line, no log."""

    def __init__(
        self, store: TextStore, picture: Picture, now: Now, wake: Callable[[], None] = lambda: None
    ) -> None:
        self._store = store
        self._picture = picture
        self._now = now
        self._wake = wake

    async def redact(self, incident: UUID, order: Order) -> Out:
        """Out of one incident. A repeat is answered from the line that the first one left.

        Refused: as `own_key`, and `not_found`, `not_your_right`, `word_too_short`, `nothing_to_redact`,
        `busy`. Raises KeyReused where the same key took out other words before.
        """
        done = await retried(self._store.unit, lambda unit: self._redact(unit, incident, order))
        self._wake()
        return done

    async def redact_everywhere(self, words: Sequence[str], cause: UUID) -> tuple[int, list[str]]:
        """Out of every incident: from how many texts, and the words that are too short for it.

        Each incident is its own transaction; after a failure a repeat does what is left.
        """
        order = Order([word for word in words if not is_too_short(word)], None, cause)
        places = 0
        for incident in await self._named_in(order.words):
            try:
                places += (await self.redact(incident, order)).places
            except Refused as no:
                # Somebody took it out by hand in between.
                if no.code != "nothing_to_redact":
                    raise
        return places, [word for word in words if is_too_short(word)]

    async def _named_in(self, words: Sequence[str]) -> list[UUID]:
        if not words:
            return []
        patterns = patterns_of(words)
        found: set[UUID] = set()
        async for batch in self._store.everything():
            # A big journal is a minute's work: in a thread, so that commands are answered meanwhile.
            found |= await asyncio.to_thread(_named_here, batch, patterns)
        return sorted(found)

    async def _redact(self, unit: TextUnit, incident: UUID, order: Order) -> Out:
        context = Context(self._now(), order.cause, order.asker, vouched=order.vouched)
        line_id = context.new_id(f"redaction/{incident}")
        reach = Reach(whole_incidents=frozenset({incident}), lines=frozenset({line_id}))
        world = (await unit.load(await unit.lock(reach, None), self._picture, None)).world
        story = Story(world, context)
        whole = _known(story, incident)
        said = await unit.texts(incident)
        found = await asyncio.to_thread(redaction.redacted, said, order.words)
        before = world.log.get(line_id)
        if before is not None:
            if found:
                raise KeyReused
            return await _again(unit, before, whole)
        if not found:
            raise Refused("nothing_to_redact")
        anew = redaction.newest_changed(said, found)
        line = _line(story, _newest(anew, whole), found, line_id)
        who = None if order.asker is None else order.asker.id
        written = await unit.take_out(found, anew, line, Cause(order.cause, who, context.now))
        return Out(redaction.places(found), [written[-1], *written[:-1]], (_newest(anew, whole),))


def _named_here(batch: Sequence[Said], patterns: Sequence[re.Pattern[str]]) -> set[UUID]:
    return {redaction.incident_of(each) for each in batch if redaction.stands_in(each, patterns)}


def _known(story: Story, incident: UUID) -> Incident:
    found = story.world.incident(incident)
    if (asker := story.context.asker) is not None:
        check_visible(story.world, found, asker)
        redaction.check(asker, found)
        # For good: who holds an identity provider must not empty the story of an attack.
        own_key(story)
    return found


def _newest(anew: Sequence[Redacted], known: Incident) -> Incident:
    return next((state for each in anew if isinstance(state := each.state, Incident)), known)


def _line(story: Story, incident: Incident, found: Sequence[Redacted], key: UUID) -> LogEntry:
    asker = story.context.asker
    own = None if asker is None else next((member.organisation for member in asker.memberships), None)
    about = redaction.counts(found)
    return story.line(incident, Entry.REDACTED, by_organisation=own, about=about, key=key)


async def _again(unit: TextUnit, line: LogEntry, incident: Incident) -> Out:
    rows = await unit.read([(LogEntry.TYPE, line.key)])
    return Out(int(line.about["places"]), rows, (incident,))
