"""The directory's tables as SQLModel sees them."""

from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class OrganisationRow(SQLModel, table=True):
    """Organisations."""

    __tablename__ = "organisation"
    id: str = Field(primary_key=True)
    version: int
    state: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class PersonRow(SQLModel, table=True):
    """People, without personal data; `employers` is generated from the state."""

    __tablename__ = "person"
    id: str = Field(primary_key=True)
    version: int
    state: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    employers: list[str] = Field(sa_column=Column(JSONB))


class ContactRow(SQLModel, table=True):
    """Sealed names and numbers."""

    __tablename__ = "contact"
    id: str = Field(primary_key=True)
    version: int
    state: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class SessionRow(SQLModel, table=True):
    """Sessions."""

    __tablename__ = "session"
    id: str = Field(primary_key=True)
    version: int
    state: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class DataKeyRow(SQLModel, table=True):
    """The key that unseals one person's contact; never journalled, never published."""

    __tablename__ = "data_key"
    person: str = Field(primary_key=True)
    key: bytes


class PersonaRow(SQLModel, table=True):
    """Made-up people whom a visitor of the demonstration is invited to play."""

    __tablename__ = "persona"
    person: str = Field(primary_key=True)
    host: str
    position: int
    blurb_nl: str
    blurb_en: str
