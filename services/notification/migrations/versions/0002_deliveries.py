"""Who is told what by telephone, what that is about, and what the provider was ordered to do."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE TABLE delivery (
    id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL,
    calling boolean NOT NULL GENERATED ALWAYS AS (state->>'state' = 'calling') STORED
);
CREATE INDEX ON delivery (id) WHERE calling;

-- The approaches behind a delivery: while one of them is open, somebody is still asked.
CREATE TABLE asked (
    approach uuid PRIMARY KEY, delivery text NOT NULL,
    epoch integer NOT NULL, version bigint NOT NULL, open boolean NOT NULL
);
CREATE INDEX ON asked (delivery);

-- Written before the order goes out: one without a call may or may not ring.
CREATE TABLE receipt (attempt uuid PRIMARY KEY, ordered_at timestamptz NOT NULL, call text);
CREATE INDEX ON receipt (ordered_at);
"""


def upgrade() -> None:
    """Create the tables."""
    run_script(op, TABLES)
