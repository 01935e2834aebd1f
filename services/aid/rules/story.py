"""Collects the facts of one decision, in order, so that each step sees what the one before it left."""

from uuid import UUID

from schemas.events.incident import Incident
from schemas.events.log_entry import Entry, LogEntry
from schemas.state import Row
from services.aid.rules import audience
from services.aid.rules.world import Context, Fact, World, evolve


class Story:
    """Starts from a world; `facts` is what happened since, `world` is where that leads."""

    def __init__(self, world: World, context: Context) -> None:
        self.world = world
        self.context = context
        self.facts: list[Fact] = []
        self._lines = 0

    def happened(self, *states: Row, line: LogEntry | None = None) -> None:
        """One more fact."""
        fact = Fact(states, line)
        self.facts.append(fact)
        self.world = evolve(self.world, [fact])

    def line(
        self,
        incident: Incident,
        entry: Entry,
        *,
        request: UUID | None = None,
        by_organisation: str | None = None,
        text: str = "",
        about: dict[str, str | int] | None = None,
    ) -> LogEntry:
        """A line for the log of an incident; it names organisations and counts, never a person."""
        self._lines += 1
        asker = self.context.asker
        return LogEntry(
            id=self.context.new_id("line", self._lines),
            incident=incident.id,
            at=self.context.now,
            entry=entry,
            by_organisation=by_organisation,
            by_person=None if asker is None else asker.id,
            request=request,
            about=about or {},
            text=text,
            exercise=incident.exercise,
            tlp=incident.tlp,
            readers=audience.of_line(incident),
        )
