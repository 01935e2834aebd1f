"""Which account at an organisation's identity provider is which member."""

from alembic import op

from services.runtime.migrations import run_script

revision = "0007"
down_revision = "0006"

TABLES = """
-- `account`: a digest of issuer and subject; never published, since it is nobody else's business.
CREATE TABLE provider_account (
    account text PRIMARY KEY, person text NOT NULL, organisation text NOT NULL,
    bound_at timestamptz NOT NULL, UNIQUE (person, organisation)
);
"""


def upgrade() -> None:
    """Create the table."""
    run_script(op, TABLES)
