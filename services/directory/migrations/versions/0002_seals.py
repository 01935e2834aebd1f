"""Seals over the journal, and outbox rows that ask for the newest state there is."""

from alembic import op

from services.runtime.journal import SEALING
from services.runtime.migrations import run_script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add both; what is published already is sealed first."""
    run_script(op, SEALING)
