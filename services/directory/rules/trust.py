"""The switch: who may say that an organisation's own IT is not believed any more, and that it is again."""

from dataclasses import dataclass
from datetime import datetime

from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.events.trust import Trust
from schemas.mandate import Act, UsedMandate
from schemas.refused import Refused
from schemas.state import Readers
from schemas.values import IBD, MEMBERS_KEY, Level, Right, organisation_key


@dataclass(frozen=True)
class Thrower:
    """On behalf of which organisation somebody throws the switch, and under which mandate if under one."""

    organisation: str
    mandate: UsedMandate | None = None


def thrower(asker: Person, organisation: Organisation, now: datetime) -> Thrower:
    """Who confirms requests there, who administers it, or the IBD on its behalf. Refused: `not_yours_to_do`.

    Limits of a mandate do not count: nothing is spent.
    """
    if asker.may(Right.MANDATE, organisation.id):
        kept = organisation.mandates
        if kept is None or not kept.entries:
            return Thrower(organisation.id)
        for entry in kept.entries:
            if entry.person == asker.id and Act.CONFIRM in entry.acts and entry.in_force(now):
                return Thrower(organisation.id, kept.used(entry))
    if asker.may(Right.ADMINISTER, organisation.id):
        return Thrower(organisation.id)
    if asker.may(Right.IBD, IBD):
        return Thrower(IBD)
    raise Refused("not_yours_to_do")


def switched(
    known: Trust | None, organisation: Organisation, asker: Person, now: datetime, *, distrusted: bool
) -> Trust | None:
    """What is true from now on; the same as before where nothing changes. Refused: as `thrower`."""
    by = thrower(asker, organisation, now)
    if distrusted == (known is not None and known.distrusted):
        return known
    made = Trust(
        id=organisation.id,
        distrusted=distrusted,
        since=now,
        by_organisation=by.organisation,
        by_person=asker.id,
        mandate=by.mandate,
        exercise=False,
    )
    before = known or made
    return made.model_copy(update=before.read_by(_readers(organisation.id, distrusted=distrusted)))


def _readers(organisation: str, *, distrusted: bool) -> Readers:
    """Peers are warned for as long as it lasts: who was ever hit is not for them to browse."""
    own = {organisation_key(IBD): Level.COORDINATOR} | {organisation_key(organisation): Level.OWN}
    return {MEMBERS_KEY: Level.ASKED, **own} if distrusted else own
