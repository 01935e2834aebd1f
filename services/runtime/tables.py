"""The shape that every aggregate's table has, as SQLModel sees it."""

from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class Stored(SQLModel):
    """Id, version and the whole state; a subclass with `table=True` names the table."""

    id: str = Field(primary_key=True)
    version: int
    state: dict[str, Any] = Field(sa_type=JSONB)
