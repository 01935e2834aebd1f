"""The page of an operator: one look says what is wrong; no script, and nothing from elsewhere."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

from deploy.overview import Overview
from services.runtime import metrics
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


def page(seen: Overview, path: str, said: str = "") -> str:
    """The HTML. `path`: under which it is served, with its secret; `said`: what came of the last act."""
    parts = [
        f"<p role=status>{escape(said)}</p>" if said else "",
        "<h2>Processes</h2>",
        _table(("process", "", "restarts", "memory", "behind", "why"), map(_process, seen.processes)),
        "<h2>Numbers</h2>",
        _table(("what", "now"), _numbers(seen)),
        "<h2>Not read yet</h2>",
        _table(("process", "topic", "records"), _lags(seen)),
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


def _process(each: dict[str, object]) -> Cells:
    well = "well" if each["healthy"] else '<span class="bad">NOT WELL</span>'
    texts = (each["restarts"], f"{each['memory_mb']} MB", each["lag"], each["why"])
    return (escape(str(each["name"])), well, *(escape(str(text)) for text in texts))


def _numbers(seen: Overview) -> list[Cells]:
    def told(metric: metrics.Metric, summed: Callable[[Iterable[float]], float] = sum) -> float:
        return summed(seen.number(metric).values() or [0])

    backup = told(metrics.LAST_BACKUP, max)
    age = f"{(time.time() - backup) / 3600:.1f} hours ago" if backup else NEVER
    return [
        ("pages that are open", f"{told(metrics.VIEWERS):.0f}"),
        ("oldest decision that nobody heard of", f"{told(metrics.RELAY_OLDEST, max):.1f} s"),
        ("decisions that wait to be published", f"{told(metrics.RELAY_WAITING):.0f}"),
        ("last backup", _marked(age, bad=not backup or time.time() - backup > 26 * 3600)),
        ("seals since the relays began", f"{told(metrics.SEALS):.0f}"),
        ("published and not sealed yet", f"{told(metrics.UNSEALED):.0f}"),
    ]


def _marked(text: str, *, bad: bool) -> str:
    return f'<span class="bad">{escape(text)}</span>' if bad else escape(text)


def _lags(seen: Overview) -> list[Cells]:
    behind = sorted(seen.number(metrics.LAG).items())
    return [(escape(process), escape(topic), f"{lag:.0f}") for (process, topic), lag in behind if lag]


def _letters(letters: Sequence[Letter], path: str) -> str:
    if not letters:
        return "<p>None: everything that was said could be read.</p>"
    rows = [
        (
            f"{each.at:%Y-%m-%d %H:%M}",
            escape(each.place),
            escape(f"{each.kind} {each.key}"),
            escape(each.why),
            "".join(_button(act, each, path) for act in Act),
        )
        for each in letters
    ]
    return (
        "<p>Skip: nobody misses it. Replay: its owner says the newest of the same thing again.</p>"
        + _table(("since", "place", "about", "why", ""), rows)
    )


def _button(act: Act, letter: Letter, path: str) -> str:
    where = f"{escape(path)}{act}/{escape(letter.place)}"
    return f'<form method="post" action="{where}"><button>{act.value.capitalize()}</button></form> '
