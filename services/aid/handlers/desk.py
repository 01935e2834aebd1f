"""Carries out commands and hints: lock, load, decide, write, in one transaction each."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from schemas.events.alarm import Alarm
from schemas.events.delivery import Attempt, Delivery
from schemas.events.incident import Incident
from schemas.events.person import Person
from schemas.events.suggestion import Suggestion
from schemas.refused import Refused
from schemas.state import Row
from schemas.values import Command
from schemas.visibility import keys_of, level_of
from services.aid.handlers.commands import HANDLERS, Target
from services.aid.handlers.retrying import retried
from services.aid.ports import Store, Unit
from services.aid.reach import Reach
from services.aid.rules import approach, telephone
from services.aid.rules.deadlines import apply_due
from services.aid.rules.story import Story
from services.aid.rules.world import Context, Picture, Seal, Terms, World, changes, unsealed
from services.runtime.now import Now
from services.runtime.ports import Answer, Cause, Written, cause_of


class KeyReused(Exception):
    """The key came before with another body."""


class HintWaits(Exception):
    """Nobody could look at a hint yet, since what it is about is locked: it has to be tried again.

    No Refused, which would count as an answer: matching says nothing twice, so the hint would be lost.
    """


@dataclass(frozen=True)
class Sent:
    """A command as it came: what it asks, about what, who asks, its key and the hash of its body.

    `vouched`: as in `Context`.
    """

    command: Command
    target: Target
    asker: Person
    key: str
    body_hash: bytes
    vouched: bool = False


@dataclass(frozen=True)
class Done:
    """What a command left: the row that answers it first, and the incidents that they hang on."""

    rows: Sequence[Written]
    incidents: dict[UUID, Incident]


class Desk:
    """The one door to the aggregates; `picture` and `now` are living views of the outside."""

    def __init__(
        self,
        store: Store,
        picture: Picture,
        now: Now,
        terms: Terms,
        wake: Callable[[], None] = lambda: None,
        *,
        seal: Seal = unsealed,
    ) -> None:
        self._store = store
        self._picture = picture
        self._now = now
        self._terms = terms
        self._wake = wake
        self._seal = seal

    async def carry_out(self, sent: Sent) -> Done:
        """Carry a command out once; a repeat is answered afresh. Raises Refused and KeyReused."""
        answer = Answer(sent.asker.id, sent.key, sent.body_hash)
        try:
            return await self._retried(lambda unit: self._command(unit, sent, answer))
        except Refused as no:
            if no.code == "taken":
                raise Refused("taken", **no.facts, open=await self._still_open(sent.asker)) from no
            raise

    async def heed(self, hint: Suggestion | Alarm, event: UUID) -> None:
        """Act on a hint, if it is still about what is. Raises Refused: it is not, and nothing is lost.

        Raises HintWaits when it cannot be looked at now.
        """
        try:
            await self._retried(lambda unit: self._hint(unit, hint, event))
        except Refused as no:
            if no.code == "busy":
                raise HintWaits(str(event)) from no
            raise

    async def hear(self, delivery: Delivery) -> None:
        """Carry out what was said yes to by keypad on a ladder, each yes once, whatever the answer is.

        Raises Refused: there is no such request. Raises HintWaits when it cannot be looked at now.
        """
        for attempt in telephone.yeses(delivery):
            try:
                await self._retried(partial(self._spoken, delivery, attempt))
            except Refused as no:
                if no.code == "busy":
                    raise HintWaits(str(attempt.id)) from no
                raise

    async def _retried(self, work: "Callable[[Unit], Awaitable[_Outcome]]") -> Done:
        outcome = await retried(self._store.unit, work)
        self._wake()
        if outcome.refused is not None:
            raise outcome.refused
        return outcome.done

    async def _command(self, unit: Unit, sent: Sent, answer: Answer) -> "_Outcome":
        handler = HANDLERS[type(sent.command)]
        reach = await unit.lock(handler.reach(sent.command, sent.target, sent.asker), answer)
        found = await unit.load(reach, self._picture, answer)
        seen, before = found.seen, found.world
        if seen is not None and seen.body_hash != sent.body_hash:
            raise KeyReused
        if seen is not None:
            return await self._again(unit, seen.rows, handler.answers)
        context = Context(
            self._now(), answer.cause, sent.asker, self._terms, vouched=sent.vouched, seal=self._seal
        )
        check_visible(before, handler.shows(before, sent.command, sent.target), sent.asker)
        due = Story(before, context, "due")
        apply_due(due)
        story = Story(due.world, context)
        try:
            handler.rule(story, sent.command, sent.target)
        except Refused as no:
            # What was due has happened, whatever becomes of the command.
            await _write(unit, before, due.world, context, None)
            return _Outcome(refused=no)
        written = await _write(unit, before, story.world, context, answer)
        return _Outcome(Done(_first(written, handler.answers), dict(story.world.incidents)))

    async def _again(self, unit: Unit, rows: Sequence[tuple[str, str]], first: type[Row]) -> "_Outcome":
        found = await unit.read(rows)
        parents = {each.state.parent_id for each in found if isinstance(each.state, Row)} - {None}
        incidents = await unit.read([(Incident.TYPE, str(each)) for each in parents])
        known = {
            each.state.id: each.state for each in (*found, *incidents) if isinstance(each.state, Incident)
        }
        return _Outcome(Done(_first(found, first), known))

    async def _hint(self, unit: Unit, hint: Suggestion | Alarm, event: UUID) -> "_Outcome":
        reach = await unit.lock(_hint_reach(hint), None)
        before = (await unit.load(reach, self._picture, None)).world
        story = Story(before, Context(self._now(), event, None, self._terms))
        if isinstance(hint, Alarm) and hint.due > story.context.now:
            raise Refused("too_early")
        apply_due(story)
        if isinstance(hint, Suggestion):
            approach.suggested(story, hint)
        return _Outcome(Done(await _write(unit, before, story.world, story.context, None), {}))

    async def _spoken(self, delivery: Delivery, attempt: Attempt, unit: Unit) -> "_Outcome":
        reach = await unit.lock(Reach(requests=frozenset({delivery.request})), None)
        before = (await unit.load(reach, self._picture, None)).world
        asker = self._picture.people.get(attempt.person)
        cause = cause_of(attempt.person, str(attempt.id))
        context = Context(self._now(), cause, asker, self._terms, call=attempt.id)
        due = Story(before, context, "due")
        if telephone.is_heard(due, delivery, attempt):
            return _Outcome()
        apply_due(due)
        story = Story(due.world, context)
        try:
            telephone.confirm(story, delivery, attempt)
        except Refused as no:
            story = Story(due.world, context)
            telephone.refuse(story, delivery, attempt, no)
        return _Outcome(Done(await _write(unit, before, story.world, context, None), {}))

    async def _still_open(self, person: Person) -> list[dict[str, str]]:
        asked = await self._store.asked(person.id)
        return [{"request": str(each.request), "function": each.function} for each in asked]


@dataclass(frozen=True)
class _Outcome:
    done: Done = Done((), {})
    refused: Refused | None = None


def _hint_reach(hint: Suggestion | Alarm) -> Reach:
    if isinstance(hint, Alarm):
        return Reach(commitments=frozenset({hint.commitment}))
    return Reach(
        requests=frozenset({hint.id}),
        persons=frozenset(each.person for each in hint.candidates if each.person is not None),
        organisations=frozenset(each.lender for each in hint.candidates),
    )


def check_visible(world: World, row: Row | None, asker: Person) -> None:
    """Somebody who may not see a row does not learn that it exists. Refused: `not_found`."""
    if row is None:
        return
    parent = world.incidents.get(row.parent_id) if row.parent_id is not None else None
    if level_of(row, keys_of(asker, list(world.incidents.values())), parent) is None:
        raise Refused("not_found")


async def _write(
    unit: Unit, before: World, after: World, context: Context, answer: Answer | None
) -> list[Written]:
    states = changes(before, after)
    if not states and answer is None:
        return []
    who = None if context.asker is None else context.asker.id
    return await unit.write(states, Cause(context.cause, who, context.now), answer)


def _first(rows: Sequence[Written], kind: type[Row]) -> list[Written]:
    return sorted(rows, key=lambda each: not isinstance(each.state, kind))
