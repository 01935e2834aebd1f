"""An event type stands in every list that it must stand in; what is red says which list that is."""

import re
from pathlib import Path

import pytest

from deploy.stack import READS
from schemas.events.seal import AidSeal
from schemas.live import ROW_STATES, Kind
from schemas.state import Row
from schemas.topics import BY_STATE, TOPICS, owned_by
from schemas.visibility import field_levels
from services.aid.rules.world import _SHELVES
from services.aid.store.aggregates import AGGREGATES
from tests.architecture.checkout import text
from tests.faults.checker.audience import FIELDS, OF_AN_INCIDENT
from tests.faults.checker.facts import OWNER

KINDS = {state.TYPE for state in ROW_STATES}


def test_what_aid_owns_it_stores_and_its_rules_may_leave() -> None:
    owned = {topic.state for topic in owned_by("aid")} - {AidSeal}
    assert set(AGGREGATES) == owned, "services/aid/store/aggregates.py: AGGREGATES"
    assert set(_SHELVES) == owned, "services/aid/rules/world.py: World, and the table of its shelves"


def test_what_viewers_see_is_read_by_live_and_drawn_by_the_pages() -> None:
    assert set(Kind) == KINDS, "schemas/live.py: Kind"
    unread = [state.TYPE for state in ROW_STATES if BY_STATE[state] not in READS["live"]]
    assert not unread, "services/live/app.py: TOPICS, and deploy/stack.py: READS"
    table = (
        text(Path("frontend/src/live/picture.ts"))
        .partition("const KINDS: readonly Kind[] = [")[2]
        .partition("]")[0]
    )
    assert set(re.findall(r'"(\w+)"', table)) == KINDS, "frontend/src/live/picture.ts: KINDS"


def test_the_checker_knows_who_owns_and_who_sees_each() -> None:
    assert FIELDS.keys() == KINDS, "tests/faults/checker/audience.py: FIELDS"
    children = {state.TYPE for state in ROW_STATES if state.PARENT == "incident"}
    assert set(OF_AN_INCIDENT) == children, "tests/faults/checker/audience.py: OF_AN_INCIDENT"
    owned = {topic.state.TYPE: topic.owner for topic in TOPICS if topic.about is None}
    assert owned == OWNER, "tests/faults/checker/facts.py: OWNER"


@pytest.mark.parametrize("state", ROW_STATES, ids=lambda each: each.TYPE)
def test_the_checker_says_by_itself_who_sees_each_field(state: type[Row]) -> None:
    said = {name: level for level, names in FIELDS[state.TYPE].items() for name in names.split()}
    meant = {name: str(level) for name, level in field_levels(state).items()}
    assert said == meant, "tests/faults/checker/audience.py: FIELDS"
