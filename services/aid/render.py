"""Rows as a viewer may see them: the same projection as the websocket's."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from schemas.events.incident import Incident
from schemas.events.person import Person
from schemas.live import Kind
from schemas.live import Row as Shown
from schemas.state import Row
from schemas.visibility import join_version, keys_of, level_of, project
from services.runtime.ports import Written


def shown(
    rows: Iterable[Written], incidents: Mapping[UUID, Incident], viewer: Person, epoch: int
) -> list[Shown]:
    """Each row at the viewer's level; what the viewer may not see is not in it."""
    keys = keys_of(viewer, list(incidents.values()))
    found: list[Shown] = []
    for each in rows:
        state = each.state
        if not isinstance(state, Row):
            continue
        parent = incidents.get(state.parent_id) if state.parent_id is not None else None
        level = level_of(state, keys, parent)
        if level is not None:
            version = (epoch, each.version, join_version(parent))
            data = project(state, level)
            found.append(Shown(kind=Kind(state.TYPE), id=state.key, v=version, level=level, data=data))
    return found
