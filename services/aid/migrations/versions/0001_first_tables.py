"""The aggregates of `aid`, its journal and outbox, what it takes in, and the commands it has answered."""

from alembic import op

from services.runtime.journal import TABLES as JOURNAL_TABLES
from services.runtime.migrations import run_script
from services.runtime.taken_in import TABLES as INTAKE_TABLES

revision = "0001"
down_revision = None

# Columns that are queried are generated from the state, so that they cannot disagree with it.
AGGREGATES = """
CREATE TABLE incident (
    id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL,
    is_open boolean GENERATED ALWAYS AS (state->>'closed_at' IS NULL) STORED,
    victims jsonb GENERATED ALWAYS AS (jsonb_path_query_array(state, '$.affected[*].organisation')) STORED
);
CREATE INDEX ON incident USING gin (victims) WHERE is_open;

CREATE TABLE help_request (
    id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL,
    incident text NOT NULL GENERATED ALWAYS AS (state->>'incident') STORED
);
CREATE INDEX ON help_request (incident);

CREATE TABLE approach (
    id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL,
    request text NOT NULL GENERATED ALWAYS AS (state->>'request') STORED,
    person text GENERATED ALWAYS AS (state->>'person') STORED,
    lender text NOT NULL GENERATED ALWAYS AS (state->>'lender') STORED,
    standing boolean NOT NULL GENERATED ALWAYS AS (state->>'state' IN ('open', 'full')) STORED
);
CREATE INDEX ON approach (request);
CREATE INDEX ON approach (person) WHERE standing;
CREATE INDEX ON approach (lender) WHERE standing;

CREATE TABLE commitment (
    id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL,
    request text NOT NULL GENERATED ALWAYS AS (state->>'request') STORED,
    person text GENERATED ALWAYS AS (state->>'person') STORED,
    lender text NOT NULL GENERATED ALWAYS AS (state->>'lender') STORED,
    holds boolean NOT NULL GENERATED ALWAYS AS (state->>'state' IN ('reserved', 'final')) STORED
);
CREATE INDEX ON commitment (request);
CREATE INDEX ON commitment (person) WHERE holds;
CREATE INDEX ON commitment (lender) WHERE holds;

CREATE TABLE duty (id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL);
CREATE TABLE lending (id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL);

CREATE TABLE log_entry (
    id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL,
    incident text NOT NULL GENERATED ALWAYS AS (state->>'incident') STORED
);
CREATE INDEX ON log_entry (incident);

CREATE TABLE answered (
    person uuid NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    outcome jsonb NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (person, key)
);
CREATE INDEX ON answered (at);
"""


def upgrade() -> None:
    """Create everything."""
    run_script(op, JOURNAL_TABLES + INTAKE_TABLES + AGGREGATES)
