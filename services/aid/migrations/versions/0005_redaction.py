"""Words that were taken out of the story: which rows of the journal, and which line tells of it."""

from alembic import op

from services.runtime.journal import REDACTING
from services.runtime.migrations import run_script

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column and the tables."""
    run_script(op, REDACTING)
