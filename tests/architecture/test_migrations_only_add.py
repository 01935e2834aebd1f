"""A migration only adds: so the release before goes on with its tables while a new one comes in."""

import re

import pytest

from tests.architecture.checkout import modules, text

TAKES_AWAY = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|SCHEMA)|RENAME|ALTER\s+COLUMN|TRUNCATE)\b"
    r"|\bADD\s+COLUMN\b(?![^,;]*\bDEFAULT\b)[^,;]*\bNOT\s+NULL\b",
    re.IGNORECASE,
)


def test_no_migration_takes_away_what_the_release_before_reads_or_writes() -> None:
    migrations = [path for path in modules("services") if "versions" in path.parts]
    assert len(migrations) > 5
    assert [path for path in migrations if TAKES_AWAY.search(text(path))] == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE a DROP COLUMN b",
        "DROP  TABLE a",
        "ALTER TABLE a RENAME TO b",
        "ALTER TABLE a ALTER COLUMN b TYPE text",
        "ALTER TABLE a ADD COLUMN b int NOT NULL",
    ],
)
def test_what_would_take_away_is_seen(statement: str) -> None:
    assert TAKES_AWAY.search(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0",
        "ALTER TABLE a ADD COLUMN b int; CREATE TABLE c (d int NOT NULL)",
        "DROP INDEX a",
    ],
)
def test_what_only_adds_is_let_through(statement: str) -> None:
    assert not TAKES_AWAY.search(statement)
