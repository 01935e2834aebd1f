"""A yes keyed in during a call confirms what the call offered, under the mandate of who was called."""

from collections.abc import Sequence

from schemas.events.delivery import Asks, Attempt, AttemptState, Delivery
from schemas.events.help_request import Became, HelpRequest, RequestState, Spoken
from schemas.refused import Refused
from services.aid.rules import request as requests
from services.aid.rules.commands import ConfirmRequest
from services.aid.rules.story import Story


def yeses(delivery: Delivery) -> Sequence[Attempt]:
    """The calls of a ladder in which somebody confirmed something."""
    if delivery.asks is not Asks.CONFIRM:
        return ()
    return [each for each in delivery.attempts if each.state is AttemptState.YES and each.offer is not None]


def is_heard(story: Story, delivery: Delivery, attempt: Attempt) -> bool:
    """Whether this yes was looked at before; told again it changes nothing."""
    return any(each.attempt == attempt.id for each in story.world.request(delivery.request).spoken)


def confirm(story: Story, delivery: Delivery, attempt: Attempt) -> None:
    """Somebody said yes by keypad to what the call offered, and to nothing else.

    Refused: as `request.confirm`, and `not_your_right`, `confirmed_already`, `terms_changed`.
    """
    request = story.world.request(delivery.request)
    if delivery.organisation != request.borrower:
        raise Refused("not_your_right")
    if request.state is RequestState.OPEN:
        raise Refused("confirmed_already")
    offer = request.offer
    if attempt.offer != offer:
        raise Refused("terms_changed")
    # Nobody is left to ask where the whole circle was hit since.
    if not offer.circle:
        raise Refused("circle_empty")
    command = ConfirmRequest(circle=offer.circle, choose_self=offer.choose_self, euros=offer.euros)
    requests.confirm(story, command, request.id)
    said = story.world.request(request.id)
    became = Became.CONFIRMED if said.state is RequestState.OPEN else Became.AGREED
    _note(story, said, Spoken(attempt=attempt.id, became=became))


def refuse(story: Story, delivery: Delivery, attempt: Attempt, no: Refused) -> None:
    """Why this yes did not count stands in the request, so that whoever said it is told."""
    request = story.world.request(delivery.request)
    _note(story, request, Spoken(attempt=attempt.id, became=Became.REFUSED, refused=no.code))


def _note(story: Story, request: HelpRequest, spoken: Spoken) -> None:
    story.happened(request.model_copy(update={"spoken": (*request.spoken, spoken)}))
