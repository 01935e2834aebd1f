"""Bringing a service's schema up to date, with alembic: who only works with the tables imports none of it."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy.util import await_only


def migrate(folder: Path, dsn: str) -> None:
    """Bring the schema to the newest revision in `folder`; each revision is one transaction."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["dsn"] = dsn
    command.upgrade(config, "head")


def run_script(operations: Any, script: str) -> None:
    """Run several statements of SQL in a migration; SQLAlchemy's own way takes one at a time with asyncpg."""
    connection: Any = operations.get_bind().connection.driver_connection
    await_only(connection.execute(script))
