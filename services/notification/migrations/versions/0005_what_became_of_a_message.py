"""Whether what is told is over by now, and what became of a message after the provider took it."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0005"
down_revision = "0004"

COLUMNS = """
ALTER TABLE notice ADD COLUMN over boolean NOT NULL DEFAULT false;
-- The provider's id of a first one that did not arrive.
ALTER TABLE text_message ADD COLUMN returned text;
"""


def upgrade() -> None:
    """Add the columns."""
    run_script(op, COLUMNS)
