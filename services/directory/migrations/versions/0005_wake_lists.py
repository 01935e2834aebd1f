"""Whom each organisation lets be woken, and in which order."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE wake_list (id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL);
"""


def upgrade() -> None:
    """Create the table."""
    run_script(op, TABLES)
