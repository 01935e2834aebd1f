"""Takes words out of everything that people wrote about an incident, in every version (AVG, article 17)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.log_entry import LogEntry
from schemas.events.person import Person
from schemas.refused import Refused
from schemas.state import Row
from schemas.values import Right, Value
from services.aid.rules.incident import may_tell
from services.aid.rules.wording import found_in, patterns_of, without

WHOLE: Final = "call_back"
"""Taken out as one: a number that has lost a part is no number, and nobody is to be called by it."""

FREE_TEXT: Final[Mapping[type[Row], tuple[str, ...]]] = {
    Incident: (
        "description",
        "affected/*/services/*/note",
        "guests/*/firm",
        "on_behalf_of/caller",
        "call_back/name",
        "call_back/phone",
    ),
    HelpRequest: ("place", "note", "systems/*", "call_back/name", "call_back/phone"),
    LogEntry: ("text",),
}
"""Kind -> the paths in its state where people write what they want; `*` is every element of a list.

`call_back` and `on_behalf_of` stand in clear where nobody could seal them yet, and in older versions.
"""

KINDS_OF_TEXT: Final = {kind.TYPE: kind for kind in FREE_TEXT}

_PATHS: Final = {kind.TYPE: tuple(path.split("/") for path in paths) for kind, paths in FREE_TEXT.items()}


class Span(Value):
    """A stretch of one text that was taken out: where the text stands, and where in it; never what it said.

    `length` None: all that stood there.
    """

    path: str
    start: int = 0
    length: int | None = None


@dataclass(frozen=True)
class Said:
    """One version of one aggregate, as the journal keeps it. `hash`: of its row, also after a redaction."""

    aggregate: str
    key: str
    version: int
    payload: bytes
    hash: bytes


@dataclass(frozen=True)
class Redacted:
    """The same version without the words, and what was taken out of it."""

    said: Said
    payload: bytes
    spans: tuple[Span, ...]

    @property
    def state(self) -> Row:
        """What is left, as its kind reads it."""
        return KINDS_OF_TEXT[self.said.aggregate].model_validate_json(self.payload)

    @property
    def texts(self) -> frozenset[tuple[str, str, str]]:
        """Which texts lost something: aggregate, key and path."""
        return frozenset((self.said.aggregate, self.said.key, each.path) for each in self.spans)


def incident_of(said: Said) -> UUID:
    """The incident that a version hangs on, or is."""
    if said.aggregate == Incident.TYPE:
        return UUID(said.key)
    return UUID(json.loads(said.payload)["incident"])


def check(person: Person, incident: Incident) -> None:
    """Who keeps the log may take out of it what never belonged there. Refused: `not_your_right`."""
    if not may_tell(person, incident):
        raise Refused("not_your_right", right=Right.REPORT)


def redacted(said: Sequence[Said], words: Sequence[str]) -> list[Redacted]:
    """Each version in which a word stood, without it. Refused: as `patterns_of`."""
    patterns = patterns_of(words)
    found = [(each, _spans(each, patterns)) for each in said]
    return [Redacted(each, cut(each.payload, spans), spans) for each, spans in found if spans]


def stands_in(said: Said, patterns: Sequence[re.Pattern[str]]) -> bool:
    """Whether one of these is found in what people wrote there."""
    return bool(_spans(said, patterns))


def newest_changed(said: Sequence[Said], found: Sequence[Redacted]) -> list[Redacted]:
    """Of those the ones that are the newest version of their aggregate: they are said anew."""
    last = {(each.aggregate, each.key): each.version for each in sorted(said, key=lambda one: one.version)}
    return [each for each in found if each.said.version == last[each.said.aggregate, each.said.key]]


def places(found: Sequence[Redacted]) -> int:
    """How many texts lost something, whatever the number of their versions."""
    return len({text for each in found for text in each.texts})


def counts(found: Sequence[Redacted]) -> dict[str, str | int]:
    """What the line of a redaction says: from how many texts, and from how many versions in all."""
    return {"places": places(found), "versions": len(found)}


def cut(payload: bytes, spans: Sequence[Span]) -> bytes:
    """A state's bytes without these stretches; everything else stands as it stood."""
    state: dict[str, Any] = json.loads(payload)
    for path in dict.fromkeys(each.path for each in spans):
        here = [each for each in spans if each.path == path]
        *above, last = path.split("/")
        holder = _at(state, above)
        place: Any = int(last) if isinstance(holder, list) else last
        if any(each.length is None for each in here):
            holder[place] = None
        else:
            holder[place] = without(holder[place], [(each.start, each.length or 0) for each in here])
    return json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()


def _spans(said: Said, patterns: Sequence[re.Pattern[str]]) -> tuple[Span, ...]:
    state = json.loads(said.payload)
    spans = [
        Span(path=path) if path == WHOLE else Span(path=path, start=start, length=length)
        for path, text in _texts(state, said.aggregate)
        for start, length in found_in(text, patterns)
    ]
    return tuple(dict.fromkeys(spans))


def _texts(state: dict[str, Any], aggregate: str) -> Iterator[tuple[str, str]]:
    """Path -> text, for each text that people wrote; of whom to call, the path of the whole."""
    for pattern in _PATHS.get(aggregate, ()):
        for path, text in _matching(state, pattern, ()):
            yield (WHOLE if path.startswith(f"{WHOLE}/") else path), text


def _matching(node: Any, pattern: Sequence[str], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if not pattern:
        if isinstance(node, str):
            yield "/".join(path), node
        return
    first, rest = pattern[0], pattern[1:]
    if first == "*":
        for place, each in enumerate(node if isinstance(node, list) else ()):
            yield from _matching(each, rest, (*path, str(place)))
    elif isinstance(node, dict) and first in node:
        yield from _matching(node[first], rest, (*path, first))


def _at(state: dict[str, Any], path: Sequence[str]) -> Any:
    node: Any = state
    for part in path:
        node = node[int(part)] if isinstance(node, list) else node[part]
    return node
