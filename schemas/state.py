"""What every state has in common, and how its fields say who may see them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.values import Level, Tlp, Value


@dataclass(frozen=True)
class Seen:
    """Field annotation: the lowest level that sees the field, and its TLP label if it is stricter."""

    level: Level
    tlp: Tlp = Tlp.CLEAR

    @property
    def lowest(self) -> Level:
        """The stricter of level and label."""
        return max(self.level, self.tlp.lowest_level, key=lambda level: level.rank)


ASKED = Seen(Level.ASKED)
PARTNER = Seen(Level.PARTNER)
COORDINATOR = Seen(Level.COORDINATOR)
OWN = Seen(Level.OWN)

Readers = dict[str, Level]


class State(Value):
    """The full new state of one aggregate, as its event carries it.

    A field without a `Seen` annotation never leaves through `project`: forgetting one hides it.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1

    if TYPE_CHECKING:
        # Every kind declares its own: a UUID, or an organisation's code.
        id: Any

    @property
    def key(self) -> str:
        """The record key: the aggregate's id."""
        return str(self.id)

    @classmethod
    def event_type(cls) -> str:
        """CloudEvents type, with the version of its shape."""
        return f"nl.noaber.{cls.TYPE}.v{cls.VERSION}"


class Row(State):
    """A state that viewers can see: who reads it at which level stands in the state itself.

    `lost_readers` are the keys that once could see it; a `removed` goes to those and to nobody else.
    """

    PARENT: ClassVar[str | None] = None
    """Name of the field that holds the incident's id, if the incident's label caps this row."""

    exercise: Annotated[bool, Seen(Level.PUBLIC)]
    tlp: Annotated[Tlp, ASKED] = Tlp.GREEN
    readers: Readers = Field(default_factory=dict)
    lost_readers: tuple[str, ...] = ()

    @property
    def parent_id(self) -> UUID | None:
        """The incident this row hangs on, or None for a row of its own."""
        return None if self.PARENT is None else getattr(self, self.PARENT)

    def read_by(self, readers: Readers) -> dict[str, Any]:
        """The update that gives this row new readers and remembers the ones that are lost."""
        lost = (set(self.lost_readers) | set(self.readers)) - set(readers)
        return {"readers": readers, "lost_readers": tuple(sorted(lost))}
