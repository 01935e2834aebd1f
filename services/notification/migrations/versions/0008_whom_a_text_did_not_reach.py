"""Whether the directory was told that a text about a used card got lost: then it stands at the card."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0008"
down_revision = "0007"

COLUMN = """
ALTER TABLE text_message ADD COLUMN passed_on boolean NOT NULL DEFAULT false;
"""


def upgrade() -> None:
    """Add the column."""
    run_script(op, COLUMN)
