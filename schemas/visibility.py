"""Who sees a row, and how much of it: one function for HTTP, websocket, exports and notifications."""

from collections.abc import Collection
from functools import cache
from typing import Any, get_type_hints
from uuid import UUID

from pydantic.fields import FieldInfo

from schemas.events.incident import Incident
from schemas.events.person import Person
from schemas.state import Row, Seen
from schemas.values import (
    MEMBERS_KEY,
    PUBLIC_KEY,
    Level,
    Right,
    Tlp,
    coordinator_key,
    desk_key,
    organisation_key,
    person_key,
)

Keys = frozenset[str]


def keys_of(person: Person, incidents: Collection[Incident]) -> Keys:
    """The keys a person holds: their own, their organisations', their desks', all members', and of roles.

    A guest holds their own and no other: not even what is public is theirs to look around in. A system holds
    what a colleague without any right holds where it belongs.
    """
    if person.guest is not None:
        return frozenset({person_key(person.id)})
    own = {person_key(person.id), PUBLIC_KEY}
    own |= {organisation_key(organisation) for organisation in person.organisations}
    own |= {desk_key(member.organisation) for member in person.memberships if Right.LEND in member.rights}
    if person.organisations:
        own.add(MEMBERS_KEY)
    given = {coordinator_key(incident.id) for incident in incidents if own & set(incident.coordinators)}
    return frozenset(own | given)


def level_of(row: Row, keys: Collection[str], parent: Row | None = None) -> Level | None:
    """The level at which somebody with these keys sees the row now, or None: not at all.

    The strictest of the row's label and its parent's caps it; a parent that is not known hides it.
    """
    if row.parent_id is not None and parent is None:
        return None
    readers = row.readers
    held = [readers[key] for key in keys if key in readers]
    if not held:
        return None
    level = held[0] if len(held) == 1 else max(held, key=lambda each: each.rank)
    return level if level.rank >= lowest_shown(row, parent).rank else None


def lowest_shown(row: Row, parent: Row | None) -> Level:
    """The lowest level that the row may be shown at, by its own label and its parent's."""
    return _lowest_under(row.tlp, row.tlp if parent is None else parent.tlp)


@cache
def _lowest_under(label: Tlp, parents: Tlp) -> Level:
    return max(label.lowest_level, parents.lowest_level, key=lambda level: level.rank)


def project(row: Row, level: Level) -> dict[str, Any]:
    """The fields that this level may see, as JSON values."""
    return row.model_dump(mode="json", include=_visible(type(row), level))


def project_json(row: Row, level: Level) -> bytes:
    """The same as the bytes of a JSON object, in half the time."""
    return row.model_dump_json(include=_visible(type(row), level)).encode()


@cache
def _visible(model: type[Row], level: Level) -> set[str]:
    return {name for name, lowest in field_levels(model).items() if lowest.rank <= level.rank}


def join_version(parent: Row | None, contact_version: int = 0) -> int:
    """Third number of a row's version on the wire: rises when the parent's audience or a contact changes."""
    audience = parent.audience_version if isinstance(parent, Incident) else 0
    return audience + contact_version


@cache
def field_levels(model: type[Row]) -> dict[str, Level]:
    """Field name -> lowest level that sees it; fields without a `Seen` are not in it."""
    fields = {name: _seen(info) for name, info in model.model_fields.items()}
    for name, computed in model.model_computed_fields.items():
        hints = get_type_hints(computed.wrapped_property.fget, include_extras=True)
        fields[name] = next((m for m in hints["return"].__metadata__ if isinstance(m, Seen)), None)
    return {name: seen.lowest for name, seen in fields.items() if seen is not None}


def _seen(info: FieldInfo) -> Seen | None:
    return next((mark for mark in info.metadata if isinstance(mark, Seen)), None)


def incident_readers(incident: Incident, partnership_members: Collection[str] = ()) -> dict[str, Level]:
    """Default audience of an incident: who is hit, where the cause sits, the IBD, and the coordinators."""
    readers = {organisation_key(member): Level.COORDINATOR for member in partnership_members}
    readers |= case_readers(incident.id)
    return readers | {organisation_key(own): Level.OWN for own in (*incident.victims, incident.source)}


def case_readers(incident: UUID) -> dict[str, Level]:
    """Those who coordinate: the IBD and whoever was given the role."""
    return {organisation_key("IBD"): Level.COORDINATOR, coordinator_key(incident): Level.COORDINATOR}
