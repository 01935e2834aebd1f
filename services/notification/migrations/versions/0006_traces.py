"""A row of the journal says to which trace it belongs."""

from alembic import op

from services.runtime.journal import TRACES
from services.runtime.migrations import run_script

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    run_script(op, TRACES)
