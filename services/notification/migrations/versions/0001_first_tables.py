"""The journal and what is taken in, and the calls at which a code is keyed in."""

from alembic import op

from services.runtime.journal import SEALING
from services.runtime.journal import TABLES as JOURNAL_TABLES
from services.runtime.migrations import run_script
from services.runtime.taken_in import EPOCHS
from services.runtime.taken_in import TABLES as INTAKE_TABLES

revision = "0001"
down_revision = None

# What came of a code is told in the journal of whoever asked for the call; here it lives for an hour.
CODES = """
CREATE TABLE code_call (
    id uuid PRIMARY KEY,
    person uuid NOT NULL,
    digest bytea NOT NULL,
    digits integer NOT NULL,
    state text NOT NULL,
    placed_at timestamptz NOT NULL
);
CREATE INDEX ON code_call (person, placed_at);
"""


def upgrade() -> None:
    """Create everything."""
    run_script(op, JOURNAL_TABLES + SEALING + INTAKE_TABLES + EPOCHS + CODES)
