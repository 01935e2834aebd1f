"""Everything that somebody sees, as it stood at one moment, encoded a few rows at a time."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from schemas.envelope import Event
from schemas.values import Level
from schemas.visibility import Keys, level_of, project
from services.live.rules.joins import Joins, row_of

AT_A_TIME: Final = 50
"""Rows per piece: about a millisecond."""

_encoded: Final = json.JSONEncoder(separators=(",", ":"), default=str).encode


class Picture:
    """Rows by columns: one table per kind, level and fields.

    Rows with and without names of people stand apart: a hole in a column could not be told from null. Nothing
    that happens after it was made changes it: states are immutable, and `joins` is its own copy.
    """

    def __init__(self, keys: Keys, events: Mapping[tuple[str, str], Event], joins: Joins) -> None:
        """`events`: by kind and id, each that any of the keys may read at all."""
        self._keys = keys
        self._events = events
        self._joins = joins

    def encoded(self) -> Iterator[bytes]:
        """The pieces of a JSON list of tables, each with at most so many rows; their order is stable."""
        before = b"["
        ids: defaultdict[str, list[str]] = defaultdict(list)
        for number, (kind, key) in enumerate(self._events):
            ids[kind].append(key)
            if number % AT_A_TIME == AT_A_TIME - 1:
                yield b""
        for kind in sorted(ids):
            tables: defaultdict[tuple[Level, tuple[str, ...]], list[str]] = defaultdict(list)
            for number, key in enumerate(sorted(ids[kind])):
                self._put(tables, key, self._events[kind, key])
                if number % AT_A_TIME == AT_A_TIME - 1:
                    yield b""
            for (level, fields), rows in sorted(tables.items()):
                head = {"kind": kind, "level": level, "fields": fields}
                yield before + _encoded(head)[:-1].encode() + b',"rows":['
                for start in range(0, len(rows), AT_A_TIME):
                    some = ",".join(rows[start : start + AT_A_TIME]).encode()
                    yield b"," + some if start else some
                yield b"]}"
                before = b","
        yield b"[]" if before == b"[" else b"]"

    def _put(self, tables: dict[tuple[Level, tuple[str, ...]], list[str]], key: str, event: Event) -> None:
        row = row_of(event)
        parent = self._joins.parent(row)
        level = level_of(row, self._keys, parent)
        if level is None:
            return
        data = project(self._joins.opened(row), level)
        data |= self._joins.joined(row, level)
        fields = tuple(sorted(data))
        values = [key, self._joins.version(event, row, parent), *(data[name] for name in fields)]
        tables[level, fields].append(_encoded(values))
