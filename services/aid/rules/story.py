"""Collects the facts of one decision, in order, so that each step sees what the one before it left."""

from uuid import UUID

from schemas.events.incident import Incident
from schemas.events.log_entry import Entry, LogEntry
from schemas.mandate import UsedMandate
from schemas.state import Row
from schemas.values import IBD
from services.aid.rules import audience
from services.aid.rules.world import Context, Fact, World, evolve


class Story:
    """Starts from a world; `facts` is what happened since, `world` is where that leads."""

    def __init__(self, world: World, context: Context, name: str = "rule") -> None:
        self.world = world
        self.context = context
        self.facts: list[Fact] = []
        self._name = name
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
        key: UUID | None = None,
        mandate: UsedMandate | None = None,
    ) -> LogEntry:
        """A line for the log of an incident; it names organisations and counts, never a person.

        Its id holds the moment too: what was due stays written when the rule then says no, and the same
        command may come again.
        """
        self._lines += 1
        made = self.context.new_id(f"line/{self._name}/{self.context.now.isoformat()}", self._lines)
        return LogEntry(
            id=key or made,
            incident=incident.id,
            at=self.context.now,
            entry=entry,
            by_organisation=by_organisation,
            by_person=self._insider(incident),
            request=request,
            mandate=mandate,
            about=about or {},
            text=text,
            exercise=incident.exercise,
            tlp=incident.tlp,
            readers=audience.of_line(incident),
        )

    def _insider(self, incident: Incident) -> UUID | None:
        """Who did it, if they act for the incident; of those who were asked the log does not say who."""
        asker = self.context.asker
        acting = {incident.source, IBD, *incident.victims, *incident.coordinating}
        return asker.id if asker is not None and any(asker.works_for(each) for each in acting) else None
