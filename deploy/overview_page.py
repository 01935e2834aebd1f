"""The page of an operator: one look says what is wrong; no script, and nothing from elsewhere."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

from deploy.overview import Order, Overview, Standing
from deploy.stack import OFFSETS
from services.runtime import metrics
from services.runtime.consume import DEAD_IN_A_ROW, Needs
from services.runtime.letters import Act, Letter

STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 70rem; color: #1b1b1b; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ccc; vertical-align: top; }
.bad { color: #a30000; font-weight: 600; }
button { font: inherit; min-height: 2.75rem; padding: 0 1rem; }
form { display: inline; }
"""
NEVER: Final = "never"
NOT_EXPECTED: Final = "none is expected: everybody here is made up"
NOT_KNOWN: Final = "not known: no relay answers"
TOO_OLD: Final = 26 * 3600
"""Seconds: a backup a day, and room for a slow one."""

STANDS: Final = {
    Needs.HALTED: (
        f"HALTED: {DEAD_IN_A_ROW} records in a row could not be read. So many at once mean a wrong reader or "
        "a wrong writer, so look at them first: below, or in its log. Resume: it goes on, puts further ones "
        f"aside as well, and halts again after {DEAD_IN_A_ROW} more."
    ),
    Needs.UPGRADE: (
        "NEEDS AN UPGRADE: a newer release wrote what this one does not know. It cannot be skipped: it was "
        "decided, and whoever passed it over would show or do the wrong thing for good. Nothing is lost, and "
        "the rest goes on. Install the release that wrote it, on this process first (deploy/UPGRADING.md)."
    ),
}
OTHERWISE: Final = (
    "Where a process fails at a record for another reason, its row above says so. Such a record cannot be "
    "skipped here: it may be in order, and the process not. See noaber logs NAME and noaber doctor, mend "
    "what they name, and restart it; if that began with an upgrade, go back to the release before "
    "(deploy/UPGRADING.md)."
)


def page(seen: Overview, path: str, said: str = "") -> str:
    """The HTML. `path`: under which it is served, with its secret; `said`: what came of the last act."""
    parts = [
        f"<p role=status>{escape(said)}</p>" if said else "",
        "<h2>Processes</h2>",
        _table(
            ("process", "", "restarts", "memory", "behind", "why", ""),
            (_process(each, path) for each in seen.processes),
        ),
        "<h2>Stands still</h2>",
        _standing(seen.standing(), path),
        "<h2>Numbers</h2>",
        _table(("what", "now"), _numbers(seen)),
        "<h2>Not read yet</h2>",
        _table(("process", "topic", "records"), _counted(seen, metrics.LAG)),
        "<h2>Put aside or passed over, since each process began</h2>",
        _table(("process", "topic", "records"), _counted(seen, metrics.DEAD_LETTERS)),
        "<h2>Dead letters</h2>",
        _letters(seen.letters, path),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="15;url={escape(path)}">'
        f"<title>Noaber: operation</title><style>{STYLE}</style></head><body><h1>How Noaber is</h1>"
        f"<p>{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, anew every 15 seconds.</p>"
        f"{''.join(parts)}</body></html>"
    )


Cells = Sequence[str]


def _table(head: Cells, rows: Iterable[Cells]) -> str:
    """Cells are HTML already."""
    made = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th scope=col>{each}</th>' for each in head)}</tr>{made}</table>"


def _process(each: dict[str, object], path: str) -> Cells:
    well = "well" if each["healthy"] else '<span class="bad">NOT WELL</span>'
    texts = (each["restarts"], f"{each['memory_mb']} MB", each["lag"], each["why"])
    # What stops and starts Kafka, Postgres and Caddy has its own order: noaber stop, noaber up.
    restarts = not each["healthy"] and each["name"] in OFFSETS and each["pid"] is not None
    button = _button(Order.RESTART, str(each["name"]), path) if restarts else ""
    return (escape(str(each["name"])), well, *(escape(str(text)) for text in texts), button)


def _standing(standing: Sequence[Standing], path: str) -> str:
    rows = [
        (
            escape(each.process),
            escape(each.topic),
            _marked(STANDS[each.needs], bad=True),
            _button(Order.RESUME, each.process, path) if each.needs is Needs.HALTED else "",
        )
        for each in standing
    ]
    nothing = "<p>Nothing: every topic is read on.</p>"
    table = _table(("process", "topic", "what to do", ""), rows) if rows else nothing
    return f"{table}<p>{OTHERWISE}</p>"


def _numbers(seen: Overview) -> list[Cells]:
    def told(metric: metrics.Metric, summed: Callable[[Iterable[float]], float] = sum) -> float:
        return summed(seen.number(metric).values() or [0])

    return [
        ("pages that are open", f"{told(metrics.VIEWERS):.0f}"),
        ("oldest decision that nobody heard of", f"{told(metrics.RELAY_OLDEST, max):.1f} s"),
        ("decisions that wait to be published", f"{told(metrics.RELAY_WAITING):.0f}"),
        ("last backup", _backup(seen)),
        ("seals since the relays began", f"{told(metrics.SEALS):.0f}"),
        ("published and not sealed yet", f"{told(metrics.UNSEALED):.0f}"),
    ]


def _backup(seen: Overview) -> str:
    """How old it is; what a demonstration does without is nothing to mend."""
    told = seen.number(metrics.LAST_BACKUP).values()
    if not told:
        known = bool(seen.number(metrics.RELAY_ACTIVE))
        return _marked(NOT_EXPECTED if known else NOT_KNOWN, bad=not known)
    seconds = time.time() - max(told)
    age = f"{seconds / 3600:.1f} hours ago" if max(told) else NEVER
    return _marked(age, bad=seconds > TOO_OLD)


def _marked(text: str, *, bad: bool) -> str:
    return f'<span class="bad">{escape(text)}</span>' if bad else escape(text)


def _counted(seen: Overview, metric: metrics.Metric) -> list[Cells]:
    found = sorted(seen.number(metric).items())
    return [(escape(process), escape(topic), f"{count:.0f}") for (process, topic), count in found if count]


def _letters(letters: Sequence[Letter], path: str) -> str:
    if not letters:
        return "<p>None that waits for somebody. What only the log of a process names is counted above.</p>"
    rows = [
        (
            f"{each.at:%Y-%m-%d %H:%M}",
            escape(each.place),
            escape(f"{each.kind} {each.key}"),
            escape(each.why),
            "".join(_button(act, each.place, path) for act in Act),
        )
        for each in letters
    ]
    return (
        "<p>Skip: nobody misses it. Replay: its owner says the newest of the same thing again.</p>"
        + _table(("since", "place", "about", "why", ""), rows)
    )


def _button(what: Act | Order, whom: str, path: str) -> str:
    where = f"{escape(path)}{what}/{escape(whom)}"
    return f'<form method="post" action="{where}"><button>{what.value.capitalize()}</button></form> '
