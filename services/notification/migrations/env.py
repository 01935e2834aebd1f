"""Alembic's entry for the migrations of `notification`."""

from services.runtime.migration_run import run

run()
