"""A row of the journal says to which trace it belongs."""

from alembic import op

from services.runtime.database import run_script
from services.runtime.journal import TRACES

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column."""
    run_script(op, TRACES)
