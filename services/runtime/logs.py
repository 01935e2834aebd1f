"""How every process writes its log: a JSON object a line, with trace and cause, without what people typed."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

from services.runtime.trace import cause, current

_OF_ROWS: Final = "asyncpg."
REPEATS: Final = (ValueError, LookupError, TypeError)
"""With those of the database, errors whose words may repeat what was typed: a name that does not fit, a row
that stands there already. Of these only the class and where it happened is written down."""

DEEPEST: Final = 5
"""So many causes of an error, and members of a group, are told."""


class JsonLines(logging.Formatter):
    """{"at", "level", "process", "where", "trace", "cause", "said", "errors"}; what is not known is left out.

    `trace` and `cause` are ids that `noaber trace` takes.
    """

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """One line: line breaks in what was said are escaped by JSON."""
        trace = current()
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": self._process,
            "where": record.name,
        }
        if trace is not None:
            line["trace"] = trace.trace
        if came_of := cause():
            line["cause"] = came_of
        line["said"] = record.getMessage()
        if record.exc_info is not None and record.exc_info[1] is not None:
            line["errors"] = _told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def words_of(error: BaseException) -> str:
    """What an error says, where that cannot be what somebody typed."""
    of_rows = type(error).__module__.startswith(_OF_ROWS)
    return "" if of_rows or isinstance(error, REPEATS) else str(error)


def log_to_standard_error(process: str) -> None:
    """From now on everything that is logged is a line there, also what ends the process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(process))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    sys.excepthook = _fatal


def name_of_process() -> str:
    """As the platform names it: the service, and `-relay` for the second process of an owner."""
    main = getattr(sys.modules["__main__"], "__spec__", None)
    service = "" if main is None else main.parent.rpartition(".")[2]
    return "-".join([service or "python", *(each for each in sys.argv[1:] if each == "relay")])


def _fatal(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
        return
    logging.getLogger(__name__).critical("this process ends", exc_info=(kind, error, where))


def _told(error: BaseException) -> list[dict[str, Any]]:
    """The error, then what caused it, then the members of a group: class, words and frames of each."""
    told: list[dict[str, Any]] = []
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(told) < DEEPEST:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        frames = traceback.extract_tb(one.__traceback__)
        found = {"class": type(one).__qualname__, "words": words_of(one)}
        told.append({**found, "frames": [f"{each.filename}:{each.lineno} {each.name}" for each in frames]})
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [] if before is None else [before]
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
    return told
