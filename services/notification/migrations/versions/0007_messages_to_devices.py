"""What is told goes to devices too, as push messages: a row for each, beside those of the texts."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0007"
down_revision = "0006"

DEVICE = """
-- Whose browser shows it; empty for an SMS. Where it is reached stands sealed in the person's contact.
ALTER TABLE text_message ADD COLUMN device uuid;
"""


def upgrade() -> None:
    """Add the column."""
    run_script(op, DEVICE)
