"""Writes an owner's aggregates: rows, journal and outbox together, in the caller's transaction."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import uuid5

from schemas.codec import state_bytes
from schemas.state import State
from services.runtime.journal import NOTHING, Beside, Connection, append
from services.runtime.ports import Cause, Entry, Written

_KEEP: Final = """
    INSERT INTO {kind} (id, version, state)
    SELECT key, version, convert_from(payload, 'UTF8')::jsonb FROM entry WHERE aggregate = '{kind}'
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state
"""


class Tables:
    """The tables of one owner, by the names of its aggregates' types."""

    def __init__(self, kinds: Collection[type[State]]) -> None:
        self.by_type = {kind.TYPE: kind for kind in kinds}
        self._kept = {kind: _KEEP.format(kind=kind) for kind in self.by_type}

    async def write(
        self, connection: Connection, written: Sequence[Written], cause: Cause, beside: Beside = NOTHING
    ) -> None:
        """Write new versions, and what belongs beside them, in one statement.

        The caller holds their locks; a version that exists already is an error.
        """
        kinds = dict.fromkeys(each.state.TYPE for each in written)
        kept = {f"{kind}_kept": self._kept[kind] for kind in kinds}
        if kept or beside.parts:
            entries = [_entry(each, cause) for each in written]
            await append(connection, entries, Beside({**kept, **beside.parts}, beside.arguments))

    async def read(self, connection: Connection, kind: str, keys: Collection[str]) -> list[Written]:
        """Rows of one kind by their ids, in the order of the ids."""
        model = self.by_type[kind]
        query = f"SELECT version, state FROM {model.TYPE} WHERE id = ANY($1::text[]) ORDER BY id"  # noqa: S608 our own names
        rows = await connection.fetch(query, list(keys))
        return [Written(model.model_validate_json(row["state"]), row["version"]) for row in rows]


def _entry(written: Written, cause: Cause) -> Entry:
    state = written.state
    return Entry(
        event_id=uuid5(cause.id, f"{state.TYPE}/{state.key}/{written.version}"),
        aggregate=state.TYPE,
        key=state.key,
        version=written.version,
        event_type=state.event_type(),
        at=cause.at,
        who=cause.who,
        correlation=str(cause.id),
        exercise=bool(getattr(state, "exercise", False)),
        payload=state_bytes(state),
    )
