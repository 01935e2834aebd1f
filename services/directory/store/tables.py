"""The directory's tables as SQLModel sees them."""

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.runtime.tables import Stored


class OrganisationRow(Stored, table=True):
    """Organisations."""

    __tablename__ = "organisation"


class PersonRow(Stored, table=True):
    """People, without personal data; `employers` is generated from the state."""

    __tablename__ = "person"
    employers: list[str] = Field(sa_type=JSONB)


class ContactRow(Stored, table=True):
    """Sealed names and numbers."""

    __tablename__ = "contact"


class SessionRow(Stored, table=True):
    """Sessions; `person` is generated from the state."""

    __tablename__ = "session"
    person: str


class AccessRow(Stored, table=True):
    """Passkeys and invitations."""

    __tablename__ = "access"


class CardRow(Stored, table=True):
    """Sealed cards."""

    __tablename__ = "card"


class WakeListRow(Stored, table=True):
    """Whom organisations let be woken."""

    __tablename__ = "wake_list"


class TrustRow(Stored, table=True):
    """What was decided about the own IT of organisations."""

    __tablename__ = "trust"


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
