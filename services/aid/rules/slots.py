"""What follows for a request when a slot is taken or freed: its dots, its approaches, its readers."""

from uuid import UUID

from schemas.events.approach import ApproachState
from schemas.events.commitment import Commitment, CommitmentState
from schemas.events.help_request import HelpRequest, RequestState, Slot, SlotState
from services.aid.rules import audience
from services.aid.rules.cover import is_free
from services.aid.rules.story import Story

STANDING = (ApproachState.OPEN, ApproachState.FULL)


def take(story: Story, commitment: Commitment) -> None:
    """Put a new commitment in the first open slot."""
    request = story.world.request(commitment.request)
    slots = list(request.slots)
    slots[[slot.state for slot in slots].index(SlotState.OPEN)] = _slot_of(commitment)
    story.happened(request.model_copy(update={"slots": tuple(slots)}), commitment)


def change(story: Story, commitment: Commitment) -> None:
    """Show what a commitment has become in its slot: final, still reserved, or open again."""
    request = story.world.request(commitment.request)
    slots = tuple(
        _slot_of(commitment) if slot.commitment == commitment.id else slot for slot in request.slots
    )
    story.happened(request.model_copy(update={"slots": slots}), commitment)


def _slot_of(commitment: Commitment) -> Slot:
    if not commitment.holds:
        return Slot()
    final = commitment.state is CommitmentState.FINAL
    return Slot(state=SlotState.FINAL if final else SlotState.RESERVED, commitment=commitment.id)


def remember_no(story: Story, request: UUID, person: UUID) -> None:
    """Whoever declined or gave back is not asked again for this request, by whichever employer."""
    known = story.world.request(request)
    if person not in known.said_no:
        story.happened(known.model_copy(update={"said_no": (*known.said_no, person)}))


def settle(story: Story, key: UUID) -> None:
    """After slots or approaches changed: who is still asked, and who reads the request."""
    request = story.world.request(key)
    if request.state is RequestState.OPEN:
        if request.open_slots == 0:
            move_approaches(story, request, ApproachState.OPEN, ApproachState.FULL)
        else:
            _reopen(story, request)
    request = story.world.request(key)
    asked = story.world.approaches_for(key, ApproachState.OPEN)
    incident = story.world.incident(request.incident)
    update = audience.of_request(request, incident, asked, story.world.commitments_for(key))
    story.happened(request.model_copy(update=update))


def move_approaches(story: Story, request: HelpRequest, *path: ApproachState) -> None:
    """Move every approach of a request that is in one of the first states to the last one."""
    *sources, target = path
    for approach in story.world.approaches_for(request.id, *sources):
        story.happened(approach.model_copy(update={"state": target}))


def _reopen(story: Story, request: HelpRequest) -> None:
    for approach in story.world.approaches_for(request.id, ApproachState.FULL):
        state = ApproachState.OPEN
        if story.world.is_victim(approach.lender):
            state = ApproachState.LAPSED
        elif approach.person is not None and not is_free(
            story.world, approach.person, request, story.context.now
        ):
            state = ApproachState.WITHDRAWN
        story.happened(approach.model_copy(update={"state": state}))
