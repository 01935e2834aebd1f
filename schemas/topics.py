"""Every topic: who owns it, how many partitions it has, what it carries and for how long."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from schemas.events.access import Access
from schemas.events.alarm import Alarm
from schemas.events.approach import Approach
from schemas.events.bell import Bell
from schemas.events.card import Card
from schemas.events.commitment import Commitment
from schemas.events.contact import Contact
from schemas.events.delivery import Delivery
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.log_entry import LogEntry
from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.events.seal import AidSeal, DirectorySeal, NotificationSeal
from schemas.events.session import Session
from schemas.events.suggestion import Suggestion
from schemas.events.trust import Trust
from schemas.events.wake_list import WakeList
from schemas.state import State

COMPACTED_AFTER: Final = timedelta(days=1)
"""So long Kafka may keep what a newer state of the same key covers, once something is written after it."""


@dataclass(frozen=True)
class Topic:
    """One topic. The partition count never changes: growth is a new topic and a new epoch."""

    name: str
    owner: str
    state: type[State]
    partitions: int = 2
    about: str | None = None
    """For hints: the owner whose states they are about."""
    over_after: timedelta | None = None
    """For states that are over by themselves: nobody misses one that has not changed for so long."""

    @property
    def lineage(self) -> str:
        """Whose epoch the records carry: it rises when that owner starts its story over."""
        return self.about or self.owner

    @property
    def config(self) -> dict[str, str]:
        """Kafka's settings: states are compacted, so the newest of each key stays until it is over.

        Then Kafka drops it at twice the age at which it is missed: its clock is not the owner's.
        """
        kept = {
            "cleanup.policy": "compact",
            "min.cleanable.dirty.ratio": "0.5",
            "max.compaction.lag.ms": _milliseconds(COMPACTED_AFTER),
            "max.message.bytes": "1048576",
        }
        if self.over_after is None:
            return kept
        return {
            **kept,
            "cleanup.policy": "compact,delete",
            "retention.ms": _milliseconds(2 * self.over_after),
        }

    @property
    def dead_letters(self) -> str:
        """Name of the topic that holds what a consumer of this topic could never handle."""
        return f"{self.name}.dead"


def _milliseconds(span: timedelta) -> str:
    return str(span // timedelta(milliseconds=1))


ORGANISATIONS: Final = Topic("organisations", "directory", Organisation)
PEOPLE: Final = Topic("people", "directory", Person)
CONTACTS: Final = Topic("contacts", "directory", Contact)
SESSIONS: Final = Topic("sessions", "directory", Session, over_after=timedelta(days=15))
"""The longest session is a guest's, of seven days."""

ACCESSES: Final = Topic("accesses", "directory", Access)
CARDS: Final = Topic("cards", "directory", Card)
WAKE_LISTS: Final = Topic("wake-lists", "directory", WakeList)
TRUSTS: Final = Topic("trusts", "directory", Trust)
INCIDENTS: Final = Topic("incidents", "aid", Incident)
LOG_ENTRIES: Final = Topic("log-entries", "aid", LogEntry)
HELP_REQUESTS: Final = Topic("help-requests", "aid", HelpRequest)
APPROACHES: Final = Topic("approaches", "aid", Approach)
COMMITMENTS: Final = Topic("commitments", "aid", Commitment)
DUTY: Final = Topic("duty", "aid", Duty)
LENDING: Final = Topic("lending", "aid", Lending)
SUGGESTIONS: Final = Topic("suggestions", "matching", Suggestion, about="aid")
ALARMS: Final = Topic("alarms", "clock", Alarm, about="aid")
DELIVERIES: Final = Topic("deliveries", "notification", Delivery)
BELLS: Final = Topic("bells", "clock", Bell, about="notification")
DIRECTORY_SEALS: Final = Topic("directory-seals", "directory", DirectorySeal, partitions=1)
AID_SEALS: Final = Topic("aid-seals", "aid", AidSeal, partitions=1)
NOTIFICATION_SEALS: Final = Topic("notification-seals", "notification", NotificationSeal, partitions=1)

TOPICS: Final[tuple[Topic, ...]] = (
    ORGANISATIONS,
    PEOPLE,
    CONTACTS,
    SESSIONS,
    ACCESSES,
    CARDS,
    WAKE_LISTS,
    TRUSTS,
    INCIDENTS,
    LOG_ENTRIES,
    HELP_REQUESTS,
    APPROACHES,
    COMMITMENTS,
    DUTY,
    LENDING,
    SUGGESTIONS,
    ALARMS,
    DELIVERIES,
    BELLS,
    DIRECTORY_SEALS,
    AID_SEALS,
    NOTIFICATION_SEALS,
)

BY_STATE: Final[dict[type[State], Topic]] = {topic.state: topic for topic in TOPICS}
BY_TYPE: Final[dict[str, Topic]] = {topic.state.TYPE: topic for topic in TOPICS}
DEAD_LETTER_CONFIG: Final = {
    "cleanup.policy": "delete",
    "retention.ms": _milliseconds(timedelta(days=30)),
}


def owned_by(service: str) -> tuple[Topic, ...]:
    """The topics that a service publishes."""
    return tuple(topic for topic in TOPICS if topic.owner == service)
