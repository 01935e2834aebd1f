"""Who reads a ladder: its organisation all of it, the case only how it stands and whom to phone."""

from schemas.events.delivery import Asks, Delivery, DeliveryState
from schemas.state import Readers
from schemas.values import Level, organisation_key


def case_of(readers: Readers, organisation: str) -> Readers:
    """Those of a row's readers who follow the case, without the people of this organisation."""
    own = organisation_key(organisation)
    return {
        key: Level.COORDINATOR
        for key, level in readers.items()
        if level.rank >= Level.COORDINATOR.rank and key.startswith(("org:", "incident:")) and key != own
    }


def shown(delivery: Delivery) -> Delivery:
    """The same with who reads it as it is now.

    The case follows its own ladder while it goes on, and learns that it ended without a yes; of a neighbour
    that nobody took it up, and nothing before. What is over for another reason, such as a stricter label,
    is its organisation's alone.
    """
    readers: Readers = {organisation_key(delivery.organisation): Level.OWN}
    is_own = delivery.asks is Asks.CONFIRM and (delivery.state is not DeliveryState.OVER or delivery.late)
    if is_own or delivery.state is DeliveryState.NOBODY:
        readers = {**delivery.case, **readers}
    return delivery.model_copy(update=delivery.read_by(readers))
