"""What organisations are told by text message, and the receipt of each message."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0004"
down_revision = "0003"

TABLES = """
-- One thing that is told. `spread`: the messages to each person are written.
CREATE TABLE notice (
    id uuid PRIMARY KEY, about text NOT NULL, subject text NOT NULL, organisation text NOT NULL,
    at timestamptz NOT NULL, phone text NOT NULL, exercise boolean NOT NULL,
    spread boolean NOT NULL DEFAULT false
);
CREATE INDEX ON notice (subject);
CREATE INDEX ON notice (at) WHERE NOT spread;

-- Written before the order goes out: one that is `ordered` was perhaps taken. `message`: the provider's id.
CREATE TABLE text_message (
    id uuid PRIMARY KEY, notice uuid NOT NULL REFERENCES notice, person uuid NOT NULL, body text NOT NULL,
    state text NOT NULL DEFAULT 'waiting', tries integer NOT NULL DEFAULT 0, due timestamptz NOT NULL,
    message text, why text NOT NULL DEFAULT ''
);
CREATE INDEX ON text_message (due) WHERE state IN ('waiting', 'ordered');
CREATE INDEX ON text_message (notice);
"""


def upgrade() -> None:
    """Create the tables."""
    run_script(op, TABLES)
