"""The failure policy, outcome by outcome."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.envelope import Event, Record
from schemas.events.duty import Duty
from schemas.refused import Refused
from services.runtime import metrics
from services.runtime.consume import DEAD_IN_A_ROW, READERS, Outcome, Policy
from services.runtime.ports import Place, Rejected
from services.runtime.trace import cause
from tests.contract.doubles import MemoryGraveyard
from tests.enveloped import record_of

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
PERSON = UUID("0193f3a0-0000-7000-8000-000000000001")
PLACE = Place("duty", 0, 7)
BROKEN = Record(b"x", b"not json", ())


def a_record(event_type: str = "nl.noaber.duty.v1") -> Record:
    state = Duty(id=PERSON, on=True, changed_at=NOW, exercise=False)
    return record_of(state, kind=event_type)


class Handler:
    """Remembers events, and fails as it is told."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.seen: list[Event] = []
        self.cause = ""

    async def __call__(self, event: Event) -> None:
        self.cause = cause()
        if self.failure is not None:
            raise self.failure
        self.seen.append(event)


async def test_a_handled_record_is_committed_and_not_buried() -> None:
    handler, graveyard = Handler(), MemoryGraveyard()
    outcome = await Policy(handler, graveyard).consume(PLACE, a_record())
    assert outcome is Outcome.HANDLED and outcome.commits
    assert [event.envelope.version for event in handler.seen] == [1]
    assert handler.cause == handler.seen[0].envelope.correlation and cause() == ""
    assert graveyard.buried == []


async def test_a_rule_that_says_no_is_committed_and_never_a_dead_letter() -> None:
    graveyard = MemoryGraveyard()
    outcome = await Policy(Handler(Refused("slot_taken")), graveyard).consume(PLACE, a_record())
    assert outcome is Outcome.REFUSED and outcome.commits
    assert graveyard.buried == []


@pytest.mark.parametrize("record", [BROKEN, a_record("nl.noaber.unheard_of.v1")])
async def test_an_undecodable_record_is_buried_with_its_place_then_committed(record: Record) -> None:
    graveyard = MemoryGraveyard()
    outcome = await Policy(Handler(), graveyard).consume(PLACE, record)
    assert outcome is Outcome.DEAD and outcome.commits
    assert [(place, buried) for place, buried, _ in graveyard.buried] == [(PLACE, record)]


@pytest.mark.parametrize("place", [replace(PLACE, topic="people"), replace(PLACE, topic="alarms")])
async def test_what_does_not_belong_on_its_topic_is_buried(place: Place) -> None:
    handler, graveyard = Handler(), MemoryGraveyard()
    assert await Policy(handler, graveyard).consume(place, a_record()) is Outcome.DEAD
    assert handler.seen == [] and "duty" in graveyard.buried[0][2]


async def test_what_says_that_another_service_wrote_it_is_buried() -> None:
    handler, graveyard = Handler(), MemoryGraveyard()
    headers = tuple((n, b"urn:noaber:matching" if n == "ce_source" else v) for n, v in a_record().headers)
    assert (
        await Policy(handler, graveyard).consume(PLACE, replace(a_record(), headers=headers)) is Outcome.DEAD
    )
    assert handler.seen == [] and "matching" in graveyard.buried[0][2]


async def test_a_rejected_event_is_a_dead_letter() -> None:
    graveyard = MemoryGraveyard()
    policy = Policy(Handler(Rejected("about nothing we know")), graveyard)
    assert await policy.consume(PLACE, a_record()) is Outcome.DEAD
    assert graveyard.buried[0][2] == "about nothing we know"


async def test_a_newer_version_blocks_the_partition_and_says_which_upgrade_is_missing() -> None:
    graveyard, handler = MemoryGraveyard(), Handler()
    policy = Policy(handler, graveyard)
    outcome = await policy.consume(PLACE, a_record("nl.noaber.duty.v2"))
    assert outcome is Outcome.BLOCKED and not outcome.commits
    assert "duty v2 is newer" in policy.waiting["duty", 0]
    assert graveyard.buried == [] and handler.seen == []


async def test_an_unknown_failure_goes_up_uncommitted_and_unburied() -> None:
    graveyard = MemoryGraveyard()
    policy = Policy(Handler(RuntimeError("disk full")), graveyard)
    with pytest.raises(RuntimeError, match="disk full"):
        await policy.consume(PLACE, a_record())
    assert graveyard.buried == []


async def test_a_failed_burial_goes_up_so_that_nothing_is_lost() -> None:
    class Full(MemoryGraveyard):
        async def bury(self, place: Place, record: Record, why: str) -> None:
            raise OSError("the broker does not answer")

    with pytest.raises(OSError, match="does not answer"):
        await Policy(Handler(), Full()).consume(PLACE, BROKEN)


async def test_a_row_of_dead_letters_halts_that_partition_only_until_resumed_or_started_again() -> None:
    graveyard = MemoryGraveyard()
    policy = Policy(Handler(), graveyard)
    for _ in range(DEAD_IN_A_ROW):
        assert await policy.consume(PLACE, BROKEN) is Outcome.DEAD
    halted = await policy.consume(PLACE, a_record())
    assert halted is Outcome.HALTED and not halted.commits
    assert "resume" in policy.waiting["duty", 0]
    assert await policy.consume(replace(PLACE, partition=1), a_record()) is Outcome.HANDLED
    assert len(graveyard.buried) == DEAD_IN_A_ROW
    assert await Policy(Handler(), graveyard).consume(PLACE, a_record()) is Outcome.HANDLED
    policy.resume(("duty", 0))
    assert policy.waiting == {}
    assert await policy.consume(PLACE, a_record()) is Outcome.HANDLED


HERE, THERE = replace(PLACE, topic="halted-here"), replace(PLACE, topic="blocked-there")
"""Of these tests alone: policies of others may stand still in this process too."""


async def test_an_operator_lets_go_on_what_halted_and_not_what_needs_an_upgrade() -> None:
    halted, blocked = Policy(Handler(), MemoryGraveyard()), Policy(Handler(), MemoryGraveyard())
    for _ in range(DEAD_IN_A_ROW + 1):
        await halted.consume(HERE, BROKEN)
    await blocked.consume(THERE, a_record("nl.noaber.duty.v2"))
    assert standing() == {(HERE.topic, "halted"): 1, (THERE.topic, "upgrade"): 1}
    READERS.go_on()
    assert halted.waiting == {} and list(blocked.waiting) == [(THERE.topic, 0)]
    assert standing() == {(HERE.topic, "halted"): 0, (THERE.topic, "upgrade"): 1}
    assert await halted.consume(HERE, BROKEN) is Outcome.DEAD


def standing() -> dict[tuple[str, ...], float]:
    """(topic, what it needs) -> partitions, as Prometheus is told."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
        if sample.name == metrics.STANDING.name and sample.labels["topic"] in {HERE.topic, THERE.topic}
    }


async def test_a_handled_record_between_dead_letters_starts_the_count_anew() -> None:
    policy = Policy(Handler(), MemoryGraveyard())
    for record in [*[BROKEN] * (DEAD_IN_A_ROW - 1), a_record(), *[BROKEN] * (DEAD_IN_A_ROW - 1)]:
        assert (await policy.consume(PLACE, record)).commits
    assert policy.counts[Outcome.DEAD] == 2 * (DEAD_IN_A_ROW - 1)
