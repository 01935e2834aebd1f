"""Seals over the journal, outbox rows that ask for the newest state there is, and epochs of what is read."""

from alembic import op

from services.runtime.journal import SEALING
from services.runtime.migrations import run_script
from services.runtime.taken_in import EPOCHS

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add them; what is published already is sealed first."""
    run_script(op, SEALING + EPOCHS)
