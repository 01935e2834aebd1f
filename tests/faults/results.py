"""The rows of all faults ever run, and the table that is made of them."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from deploy.bootstrap import ROOT

FILE: Final = Path(__file__).with_name("results.jsonl")
README: Final = Path(__file__).with_name("README.md")
BEGIN: Final = "<!-- table: begin -->"
END: Final = "<!-- table: end -->"

OWN_OUTPUT: Final = (":!tests/faults/results.jsonl", ":!tests/faults/README.md")
"""What a run writes itself, so that it says nothing about what was run."""

Found = dict[str, Any]


def commit() -> str:
    """What is checked out, marked where something differs from it."""
    name = _git("rev-parse", "--short=10", "HEAD").strip()
    return name + ("-changed" if _git("status", "--porcelain", "--", ".", *OWN_OUTPUT) else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout


def append(rows: Iterable[Found], file: Path = FILE) -> None:
    """Add rows at the end of the file."""
    with file.open("a", encoding="utf-8") as out:
        out.writelines(json.dumps(row, separators=(",", ":"), default=str) + "\n" for row in rows)


def read(file: Path = FILE) -> list[Found]:
    """Every row, in the order in which it was run."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def next_life(seed: str, rows: Sequence[Found]) -> int:
    """The first life of a seed that has no row yet."""
    return max((row["life"] for row in rows if row["seed"] == seed), default=-1) + 1


def quantile(values: Sequence[float], part: float) -> float:
    """The nearest-rank quantile; `part` from 0 to 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


HEAD: Final = "faults | lasting, s | recovery p50, s | p99, s | worst, s | violations |"


def table(rows: Sequence[Found]) -> str:
    """Markdown: a line per kind, and one for all of them."""
    lines = [f"| kind | targets | {HEAD}", "|---|---|---|---|---|---|---|---|"]
    for kind in sorted({row["kind"] for row in rows}):
        found = [row for row in rows if row["kind"] == kind]
        lines.append(_line([kind, len({row["target"] for row in found})], found))
    if rows:
        lines.append(_line(["**all**", len({row["target"] for row in rows})], rows))
    return "\n".join(lines)


def by_target(rows: Sequence[Found]) -> str:
    """Markdown: a line per kind and target; several processes at once are one line."""
    lines = [f"| kind | target | {HEAD}", "|---|---|---|---|---|---|---|---|"]
    groups: dict[tuple[str, str], list[Found]] = {}
    for row in rows:
        number = 1 + row["target"].count("+")
        target = row["target"] if number == 1 else "two at once" if number == 2 else "all services"
        groups.setdefault((row["kind"], target), []).append(row)
    lines += [_line(list(names), found) for names, found in sorted(groups.items())]
    return "\n".join(lines)


def write_table() -> None:
    """Put the tables between the markers of the README."""
    README.write_text(with_tables(README.read_text(encoding="utf-8"), read()), encoding="utf-8")


def with_tables(text: str, rows: Sequence[Found]) -> str:
    """The README's text with what these rows say between its markers."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lives = len({(row["seed"], row["life"]) for row in rows})
    commits = ", ".join(dict.fromkeys(row["commit"] for row in rows))
    said = f"{len(rows)} faults in {lives} lives, on {commits}."
    detail = f"<details><summary>By target</summary>\n\n{by_target(rows)}\n\n</details>"
    return f"{before}{BEGIN}\n{said}\n\n{table(rows)}\n\n{detail}\n{END}{after}"


def _line(names: Sequence[object], rows: Sequence[Found]) -> str:
    times = [row["recovery"] for row in rows if row["recovery"] is not None]
    lasted = [row["lasted"] for row in rows]
    violations = sum(len(row["violations"]) for row in rows)
    quantiles = [f"{quantile(times, part):.1f}" for part in (0.5, 0.99, 1.0)] if times else ["-"] * 3
    lasting = f"{min(lasted):.0f} to {max(lasted):.0f}"
    cells = [*map(str, names), str(len(rows)), lasting, *quantiles, str(violations)]
    return f"| {' | '.join(cells)} |"
