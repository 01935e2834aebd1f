"""Which organisations' own IT is distrusted."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0006"
down_revision = "0005"

TABLES = """
CREATE TABLE trust (id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL);
"""


def upgrade() -> None:
    """Create the table."""
    run_script(op, TABLES)
