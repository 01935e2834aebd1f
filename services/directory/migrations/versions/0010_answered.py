"""The commands that were answered, so that none is carried out twice."""

from alembic import op

from services.runtime.answered import TABLE
from services.runtime.migrations import run_script

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the table."""
    run_script(op, TABLE)
