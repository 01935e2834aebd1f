"""What happened in one run, as plain data: one JSON object a line, so that a run can be checked again later.

Every line has a `what`; the rest are its fields. Times are seconds on the harness's own clock (any origin,
one clock for all lines), never the platform's. A field marked ? may be left out.

    about        run, ...                 anything about the run; at most one line
    restore      owner, backup_at, restored_at
                 the owner's database was put back to a copy begun at `backup_at`; it serves again since
                 `restored_at`
    upgrade      added {kind: {field: value}}
                 the run ended with another release than it began with, which says this of rows besides
    emptied      topic, at                a topic, or all of Kafka (`*`), was lost and filled anew
    organisation id, members?             `members`: whom a partnership delivers to
    person       id, memberships [{organisation, rights}], functions, name?, phone?
                 who works where; a second line for the same person is another state that was true in the run
    lender       id, cover {function: number}
                 the own minimum that an organisation keeps, where no journal of `lending` says it
    sent         person, key, method, path, body, sent, answered?, status?, answer?
                 one attempt at a command; without `status` nobody knows what became of it. A repeat with the
                 same key is a line of its own
    read         person, path, status, body, at
                 what an owner answered through its public interface at the very end, when all was quiet
    journal      owner, aggregate, key, version, epoch, payload, previous, hash, event_id, correlation, at,
                 order, redacted?
                 one row, the payload as text, both hashes in hex (`previous` null at version 1), `at` as the
                 owner wrote it; `order` is the number of the row's transaction (xmin): rows of one
                 transaction share it, and of two that could not run at once the later one's is higher
    outbox       owner, aggregate, key, version
                 what an owner still had to publish at the very end
    record       topic, partition, offset, key, value, headers {name: text}, injected?
                 one record, topic without the prefix; null value: a tombstone. `injected`: the harness put it
                 there, so that it is no word of the platform's
    call         at, reference, number, hour
                 a call that the telephone's provider took, from its own log; `reference`: the asker's,
                 `hour`: of the Dutch day. `at` here and in the next two lines: seconds since 1970, since
                 turns of the platform are compared with it
    broken       since, until             something was broken, until all was well again
    over         at                       nothing was begun any more, and all that was under way had settled
    frame        viewer, person, text     one text that reached a viewer: a snapshot or a frame, in order
    picture      viewer, person, rows [{kind, id, v, level, data}]
                 what stood on the viewer's screen in the end
    fresh        viewer, person, text     a snapshot fetched in the end with the same session
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

Line = dict[str, Any]


@dataclass
class History:
    """The lines of one run by what they are, each kind in its own order. Journals are optional."""

    about: list[Line] = field(default_factory=list)
    restore: list[Line] = field(default_factory=list)
    upgrade: list[Line] = field(default_factory=list)
    emptied: list[Line] = field(default_factory=list)
    organisation: list[Line] = field(default_factory=list)
    person: list[Line] = field(default_factory=list)
    lender: list[Line] = field(default_factory=list)
    sent: list[Line] = field(default_factory=list)
    read: list[Line] = field(default_factory=list)
    journal: list[Line] = field(default_factory=list)
    outbox: list[Line] = field(default_factory=list)
    record: list[Line] = field(default_factory=list)
    call: list[Line] = field(default_factory=list)
    broken: list[Line] = field(default_factory=list)
    over: list[Line] = field(default_factory=list)
    frame: list[Line] = field(default_factory=list)
    picture: list[Line] = field(default_factory=list)
    fresh: list[Line] = field(default_factory=list)

    def add(self, what: str, **fields: Any) -> None:
        """One more line. Raises AttributeError for a `what` that the format does not know."""
        getattr(self, what).append(fields)

    def lines(self) -> Iterable[Line]:
        """Every line with its `what`, as it is stored."""
        for what, kept in vars(self).items():
            for line in kept:
                yield {"what": what, **line}


def write(history: History, file: TextIO) -> None:
    """Store a history, one JSON object a line."""
    for line in history.lines():
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def read(files: Iterable[Path]) -> History:
    """One history from the lines of several files, in their order. Raises ValueError for what is no line."""
    history = History()
    for file in files:
        with file.open(encoding="utf-8") as lines:
            for text in lines:
                line = json.loads(text)
                history.add(line.pop("what"), **line)
    return history
