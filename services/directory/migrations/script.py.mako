"""${message}"""

from alembic import op

from services.runtime.migrations import run_script

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Say what changes."""
    run_script(op, "")
