"""A call may tell of several ladders at once, and is known to be over; a code's is known by its id."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0009"
down_revision = "0008"

# Without a person, an older one holds up nobody.
COLUMNS = """
ALTER TABLE code_call ADD COLUMN call text;
ALTER TABLE receipt ADD COLUMN within uuid, ADD COLUMN over boolean NOT NULL DEFAULT false;
CREATE INDEX ON receipt (within) WHERE within IS NOT NULL;
CREATE INDEX ON receipt (person, ordered_at);
"""


def upgrade() -> None:
    """Add the columns."""
    run_script(op, COLUMNS)
