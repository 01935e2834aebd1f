"""Sealed cards."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE card (id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL);
CREATE INDEX ON card ((state->>'organisation'));
"""


def upgrade() -> None:
    """Create the table."""
    run_script(op, TABLES)
