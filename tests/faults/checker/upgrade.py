"""What the release that a run ended with says of rows, and the one that it began with did not know.

A page gets a new field with the row's next change, or when it is opened anew; until then it has none.
"""

from collections.abc import Mapping
from typing import Any

Added = Mapping[str, Mapping[str, Any]]
"""Kind of row -> field, at any depth -> what it says where nothing was said."""


def known_before(added: Added, kind: str, value: Any) -> Any:
    """The same without what was added since, as far as that says nothing."""
    fields = added.get(kind, {})
    return _without(fields, value) if fields else value


def _without(fields: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, list):
        return [_without(fields, each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without(fields, each)
        for name, each in value.items()
        if name not in fields or fields[name] != each
    }
