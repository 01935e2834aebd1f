"""A call may tell of several ladders at once, and is known to be over; a code's is known by its id."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0009"
down_revision = "0008"

# The release before runs on meanwhile and takes every column of `code_call` for one that it knows, so what is
# new stands beside it. Without a person, an older receipt holds up nobody.
COLUMNS = """
CREATE TABLE code_taken (id uuid PRIMARY KEY REFERENCES code_call ON DELETE CASCADE, call text NOT NULL);
ALTER TABLE receipt ADD COLUMN within uuid, ADD COLUMN over boolean NOT NULL DEFAULT false;
CREATE INDEX ON receipt (within) WHERE within IS NOT NULL;
CREATE INDEX ON receipt (person, ordered_at);
"""


def upgrade() -> None:
    """Add the columns and the table."""
    run_script(op, COLUMNS)
