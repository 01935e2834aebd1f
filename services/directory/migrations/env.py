"""Alembic's entry for the migrations of the directory."""

from services.runtime.migration_run import run

run()
