"""Alembic's entry for the migrations of `aid`."""

from services.runtime.migration_run import run

run()
