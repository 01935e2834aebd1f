"""A receipt says for whom it is: of two orders to one person, only one at a time is without an answer."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0003"
down_revision = "0002"

# Empty in older ones, which hold up nobody.
PERSON = """
ALTER TABLE receipt ADD COLUMN person uuid;
CREATE INDEX ON receipt (person) WHERE call IS NULL;
"""


def upgrade() -> None:
    """Add the column."""
    run_script(op, PERSON)
