"""Organisations, people, contacts with the keys that seal them, sessions, and the journal."""

from alembic import op

from services.runtime.journal import TABLES as JOURNAL_TABLES
from services.runtime.migrations import run_script

revision = "0001"
down_revision = None

# A data key stands in this table alone: destroying it makes every copy of a contact unreadable.
AGGREGATES = """
CREATE TABLE organisation (id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL);
CREATE TABLE person (
    id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL,
    employers jsonb
        GENERATED ALWAYS AS (jsonb_path_query_array(state, '$.memberships[*].organisation')) STORED
);
CREATE INDEX ON person USING gin (employers);
CREATE TABLE contact (id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL);
CREATE TABLE session (
    id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL,
    person text NOT NULL GENERATED ALWAYS AS (state->>'person') STORED
);
CREATE INDEX ON session (person);
CREATE TABLE data_key (person text PRIMARY KEY, key bytea NOT NULL);
CREATE TABLE persona (
    person text PRIMARY KEY, host text NOT NULL, position integer NOT NULL,
    blurb_nl text NOT NULL, blurb_en text NOT NULL
);
"""


def upgrade() -> None:
    """Create everything."""
    run_script(op, JOURNAL_TABLES + AGGREGATES)
