"""Passkeys and invitations, and beside them what changes at every use and is nobody's history."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE access (id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL);
-- The primary key also sees to it that no two people have the same key.
CREATE TABLE passkey_use (
    credential text PRIMARY KEY, person text NOT NULL,
    sign_count bigint NOT NULL, used_at timestamptz NOT NULL
);
CREATE INDEX ON passkey_use (person);
CREATE INDEX ON session ((state->>'passkey'));
"""


def upgrade() -> None:
    """Create both."""
    run_script(op, TABLES)
