"""Matching without Kafka: newest states, a planner on them, and a list of what it said."""

from collections import defaultdict

from schemas.codec import decode
from schemas.envelope import Event
from schemas.events.help_request import HelpRequest
from schemas.events.suggestion import Suggestion
from schemas.state import State
from services.matching.handlers.planner import Planner
from services.matching.handlers.sight import KINDS
from services.matching.rules.picture import Picture
from tests.contract.doubles import MemoryPublisher
from tests.enveloped import event_of
from tests.unit.matching.pictures import NOW, Asked, asked, picture, uid

REQUEST = str(uid("request"))


class World:
    """Newest states as the replica keeps them, a planner on them, and a list for Kafka."""

    def __init__(self, *states: object) -> None:
        self.states: defaultdict[type[State], dict[str, Event]] = defaultdict(dict)
        self.time = NOW
        self.publisher = MemoryPublisher()
        whole = picture(*states)
        for found in vars(whole).values():
            self.hears(*found.values())
        self.planner = self.restarted()

    def restarted(self) -> Planner:
        self.planner = Planner(self.states, self.publisher, lambda: self.time, "p-")
        return self.planner

    def hears(self, *states: object) -> None:
        for state in states:
            version = state.version if isinstance(state, Asked) else 1
            inner = state.request if isinstance(state, Asked) else state
            assert isinstance(inner, State)
            self.states[type(inner)][inner.key] = event_of(inner, version)

    def newest(self, name: str) -> Event:
        """The newest event of the request of this name."""
        return self.states[HelpRequest][str(uid(name))]

    def newest_asked(self, key: str) -> Asked:
        """The same as the rules see it, by its key."""
        event = self.states[HelpRequest][key]
        assert isinstance(event.state, HelpRequest)
        return Asked(event.envelope.version, event.state)

    def picture(self) -> Picture:
        """What its states hold, made anew."""
        events = [event for kind in KINDS.values() for event in self.states[kind].values()]
        return picture(
            *(
                Asked(event.envelope.version, event.state)
                if isinstance(event.state, HelpRequest)
                else event.state
                for event in events
            )
        )

    def reads_itself_back(self) -> None:
        for _, record in self.publisher.sent:
            event = decode(record)
            self.states[Suggestion][event.envelope.key] = event

    def said(self) -> list[Event]:
        assert all(topic == "p-suggestions" for topic, _ in self.publisher.sent)
        return [decode(record) for _, record in self.publisher.sent]


def noted(said: Suggestion, version: int) -> Asked:
    """The request after its owner took the hint in."""
    update = {"could_ask": said.could_ask, "shortfall": said.shortfall}
    return Asked(version, asked().request.model_copy(update=update))


def suggestion(event: Event) -> Suggestion:
    assert isinstance(event.state, Suggestion)
    return event.state


def about(world: World, name: str) -> list[Suggestion]:
    return [suggestion(event) for event in world.said() if event.envelope.key == str(uid(name))]


def chosen(one: Suggestion) -> set[object]:
    return {each.person or each.lender for each in one.candidates if each.chosen}


async def hinted(world: World, name: str = "new") -> Suggestion:
    """What is said at once about the request of this name."""
    before = len(about(world, name))
    assert await world.planner.hint() == 1
    (one,) = about(world, name)[before:]
    return one
