"""Puts rows into a table, into the results file, and between the marks of the README."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
RESULTS: Final = HERE / "bench-results.json"
README: Final = HERE / "README.md"
BEGIN: Final = "<!-- measured: `make bench` writes this part -->"
END: Final = "<!-- end of what was measured -->"

HEADINGS: Final = ("what", "value", "baseline", "ratio", "spread", "goal", "met", "runs")


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """A Markdown table of rows as the results file holds them, with columns that line up."""
    lines = [HEADINGS, *(_cells(each) for each in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADINGS))]
    ruled = [lines[0], tuple("-" * width for width in widths), *lines[1:]]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in ruled
    )


def merged(
    known: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], order: Sequence[str]
) -> list[Mapping[str, Any]]:
    """All rows; those of the benches measured now replace the ones measured before. Benches keep `order`."""
    measured = {each["bench"] for each in new}
    kept = [each for each in known if each["bench"] not in measured and each["bench"] in order]
    return sorted([*kept, *new], key=lambda each: order.index(each["bench"]))


def read_results() -> list[dict[str, Any]]:
    """The results file."""
    if not RESULTS.exists():
        return []
    found: list[dict[str, Any]] = json.loads(RESULTS.read_text())
    return found


def keep(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the results file, and the table into the README."""
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n")
    README.write_text(with_table(README.read_text(), rows))


def with_table(text: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The README's text with this table between its marks."""
    before, found, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise ValueError("the marks are missing")
    return f"{before}{BEGIN}\n\n{table(rows)}\n\n{_places(rows)}{END}{after}"


def _places(rows: Sequence[Mapping[str, Any]]) -> str:
    measured: dict[str, list[str]] = {}
    for each in rows:
        place = f"{each['at']}, commit {each['commit']}, {each['machine']}"
        measured.setdefault(place, [])
        if each["bench"] not in measured[place]:
            measured[place].append(each["bench"])
    return "".join(f"- {', '.join(benches)}: {place}\n" for place, benches in measured.items()) + "\n"


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    counting = sum(run["void"] is None for run in row["runs"])
    runs = f"{counting}/{len(row['runs'])}"
    goal = row["goal"] or ""
    if row["void"] is not None:
        return (row["name"], f"VOID ({row['void']})", "", "", "", goal, "", runs)
    low, high = row["spread"]
    met = {None: "", True: "yes", False: "NO"}[row["met"]]
    value = f"{_number(row['value'])} {row['unit']}".strip()
    spread = f"{_number(low)} to {_number(high)}"
    return (row["name"], value, _number(row["baseline"]), _number(row["ratio"]), spread, goal, met, runs)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
