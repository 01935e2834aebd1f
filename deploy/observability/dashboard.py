"""The one page of Grafana: what people notice first, then what carries it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.runtime.metrics import (
    COMMAND_SECONDS,
    DEAD_LETTERS,
    FRAMES,
    HEALTHY,
    LAG,
    LAST_BACKUP,
    ORDERS,
    PUSHES,
    RELAY_ACTIVE,
    RELAY_OLDEST,
    RELAY_WAITING,
    RELAYED,
    REQUESTS,
    SEALS,
    STANDING,
    SUGGESTIONS,
    UNSEALED,
    VIEWERS,
)

WIDTH: Final = 8
HEIGHT: Final = 7
IN_A_ROW: Final = 3
SOURCE: Final = {"type": "prometheus", "uid": "${source}"}


@dataclass(frozen=True)
class Panel:
    """A title, what it means, what is drawn (legend -> expression) and its unit as Grafana names it."""

    title: str
    about: str
    drawn: dict[str, str]
    unit: str = "short"


PANELS: Final = (
    Panel("Processes that are well", "Each should be 1.", {"{{job}}": HEALTHY.name}),
    Panel(
        "Commands a second",
        "Refused: a rule said no, as when a slot is taken. Failed should be nothing.",
        {"{{outcome}}": f"sum by (outcome) (rate({REQUESTS.name}[5m]))"},
        "reqps",
    ),
    Panel(
        "How long a command takes",
        "Half of them, and the slowest in a hundred.",
        {
            f"{share}": f"histogram_quantile({share}, sum by (le) (rate({COMMAND_SECONDS.name}_bucket[5m])))"
            for share in (0.5, 0.99)
        },
        "s",
    ),
    Panel("Pages that are open", "Sockets of all nodes.", {"{{job}}": VIEWERS.name}),
    Panel("Frames a second", "What pages are sent.", {"{{job}}": f"rate({FRAMES.name}[5m])"}),
    Panel(
        "Oldest row that nobody heard of",
        "Seconds between a decision and Kafka; a second is much.",
        {"{{job}}": RELAY_OLDEST.name},
        "s",
    ),
    Panel("Rows that wait for the relay", "", {"{{job}}": RELAY_WAITING.name}),
    Panel("Rows published a second", "", {"{{job}}": f"rate({RELAYED.name}[5m])"}),
    Panel("Active relays", "One of each owner.", {"{{job}}": RELAY_ACTIVE.name}),
    Panel("Records not read yet", "", {"{{job}} {{topic}}": f"sum by (job, topic) ({LAG.name})"}),
    Panel(
        "Dead letters",
        "Each is a record that somebody has to look at.",
        {"{{job}} {{topic}}": f"sum by (job, topic) (increase({DEAD_LETTERS.name}[1h]))"},
    ),
    Panel(
        "Partitions that stand still",
        "Halted: noaber operate. Upgrade: a newer release wrote what this one does not know.",
        {"{{job}} {{topic}} {{what}}": f"sum by (job, topic, what) ({STANDING.name})"},
    ),
    Panel("Suggestions an hour", "", {"suggestions": f"sum(increase({SUGGESTIONS.name}[1h]))"}),
    Panel(
        "Calls and texts an hour",
        "",
        {"{{what}} {{outcome}}": f"sum by (what, outcome) (increase({ORDERS.name}[1h]))"},
    ),
    Panel("Push messages an hour", "", {"{{outcome}}": f"sum by (outcome) (increase({PUSHES.name}[1h]))"}),
    Panel("Since the last backup", "", {"age": f"time() - max({LAST_BACKUP.name})"}, "s"),
    Panel(
        "Seals",
        "Links an hour, and rows that wait for one.",
        {"{{job}} links": f"increase({SEALS.name}[1h])", "{{job}} waiting": UNSEALED.name},
    ),
)


def dashboard(panels: Sequence[Panel] = PANELS) -> dict[str, Any]:
    """The page as Grafana imports it."""
    return {
        "uid": "noaber",
        "title": "Noaber",
        "schemaVersion": 39,
        "refresh": "10s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": [_panel(number, each) for number, each in enumerate(panels)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, IN_A_ROW)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "expr": expression, "legendFormat": legend}
            for place, (legend, expression) in enumerate(panel.drawn.items())
        ],
    }
