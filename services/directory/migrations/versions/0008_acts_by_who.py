"""What somebody did is found without reading the whole journal."""

from alembic import op

from services.runtime.acts import INDEX
from services.runtime.migrations import run_script

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the index."""
    run_script(op, INDEX)
