"""What is known of the newest states, brought up to date whenever somebody looks."""

from collections.abc import Mapping
from datetime import datetime
from operator import is_not
from typing import Any, Final

from schemas.envelope import Event
from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.state import State
from services.matching.rules.known import Known
from services.matching.rules.picture import Asked, Picture

States = Mapping[type[State], Mapping[str, Event]]

KINDS: Final[dict[str, type[State]]] = {
    "organisations": Organisation,
    "people": Person,
    "duty": Duty,
    "lending": Lending,
    "incidents": Incident,
    "requests": HelpRequest,
    "approaches": Approach,
    "commitments": Commitment,
}


class Sight:
    """Looks at the states themselves: what changed needs no telling, and nothing can be missed.

    A look at a country in which little changed takes a few milliseconds. Each look gives a picture of its
    own that never changes, so a plan may go on with it in a thread.
    """

    def __init__(self, states: States) -> None:
        self._states = states
        self._events: dict[str, list[Event]] = {name: [] for name in KINDS}
        self._picture = Picture()
        self._known: Known | None = None

    def known(self, now: datetime) -> Known:
        """What is known at this moment."""
        changed = {
            name: found
            for name, kind in KINDS.items()
            if (found := list(self._states[kind].values())) != self._events[name]
        }
        if changed:
            mappings = vars(self._picture) | {name: self._mapping(name, new) for name, new in changed.items()}
            self._picture = Picture(**mappings)
            self._events |= changed
        self._known = Known(self._picture, now, self._known)
        return self._known

    def _mapping(self, name: str, events: list[Event]) -> dict[Any, Any]:
        olds = self._events[name]
        places = [place for place, changed in enumerate(map(is_not, olds, events)) if changed]
        if len(events) < len(olds) or any(
            olds[place].envelope.key != events[place].envelope.key for place in places
        ):
            return dict(map(_entry, events))
        # The others keep their places, and with them what is already known of them (see `changes`).
        mapping = dict(getattr(self._picture, name))
        mapping.update(_entry(events[place]) for place in places)
        mapping.update(map(_entry, events[len(olds) :]))
        return mapping


def _entry(event: Event) -> tuple[Any, Any]:
    state = event.state
    return state.id, Asked(event.envelope.version, state) if isinstance(state, HelpRequest) else state
