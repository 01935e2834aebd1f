"""A relay is healthy when the world hears what was decided, and the topics are whole."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.last_backup import expect_backups
from services.runtime import metrics
from services.runtime.relay_process import LAST_BACKUP, Watch


@pytest.fixture
def watch() -> Watch:
    made = Watch()
    made.active = True
    made.tail = SimpleNamespace(reconciled=asyncio.Event())
    made.tail.reconciled.set()
    return made


def test_an_active_relay_whose_rows_leave_is_healthy(watch: Watch) -> None:
    watch.waiting, watch.age = 3, 0.2
    assert watch.health().healthy


def test_a_row_that_waits_is_said(watch: Watch) -> None:
    watch.age = 12.0
    assert watch.health().why == "the oldest unpublished row is 12 s old"


def test_while_everything_is_told_again_the_picture_has_holes(watch: Watch) -> None:
    watch.again = 8_123
    assert watch.health().why == "tells everything again: 8123 states to go"
    watch.again = 2
    assert watch.health().healthy


def test_until_the_topics_were_compared_nothing_is_promised(watch: Watch) -> None:
    assert watch.tail is not None
    watch.tail.reconciled.clear()
    assert watch.health().why == "compares the topics with the journal"


def test_one_that_waits_for_another_relay_promises_nothing_itself(watch: Watch) -> None:
    watch.active, watch.tail, watch.age = False, None, 99.0
    assert watch.health().healthy


def test_a_database_that_was_not_looked_at_is_said(watch: Watch) -> None:
    watch.looked_at -= 60
    assert watch.health().why == "the outbox was not looked at for 60 s"


def test_of_backups_it_speaks_only_where_the_platform_makes_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: dict[str, float] = {}
    monkeypatch.setattr(
        metrics, "gauge", lambda metric: SimpleNamespace(set=lambda value: told.update({metric.name: value}))
    )
    watch = Watch(tmp_path / "data" / LAST_BACKUP)
    watch.tell()
    assert metrics.RELAY_ACTIVE.name in told and metrics.LAST_BACKUP.name not in told
    expect_backups(tmp_path)
    watch.tell()
    assert told[metrics.LAST_BACKUP.name] == 0
    watch.last_backup.write_text("now")
    expect_backups(tmp_path)
    watch.tell()
    assert told[metrics.LAST_BACKUP.name] == watch.last_backup.stat().st_mtime > 0
