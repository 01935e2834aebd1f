"""A row of the table: what was measured, beside what, how far from its goal, and every run behind it."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from tests.bench.trials import Pair


@dataclass(frozen=True)
class Goal:
    """A bound on the ratio to the baseline, or on the value itself. `holds` is `<=` or `>=`."""

    of: str
    holds: str
    bound: float

    def __str__(self) -> str:
        return f"{self.of} {self.holds} {self.bound:g}"

    def is_met(self, value: float, ratio: float | None) -> bool:
        """Raises ValueError where a ratio is asked for and nothing was compared."""
        found = ratio if self.of == "ratio" else value
        if found is None:
            raise ValueError(f"{self} without a baseline")
        return found <= self.bound if self.holds == "<=" else found >= self.bound


def ratio_at_most(bound: float) -> Goal:
    """Ours is at most so many times the baseline."""
    return Goal("ratio", "<=", bound)


def ratio_at_least(bound: float) -> Goal:
    """Ours is at least so many times the baseline."""
    return Goal("ratio", ">=", bound)


def at_most(bound: float) -> Goal:
    """The value is at most so much, in the row's unit."""
    return Goal("value", "<=", bound)


def at_least(bound: float) -> Goal:
    """The value is at least so much, in the row's unit."""
    return Goal("value", ">=", bound)


@dataclass(frozen=True)
class Row:
    """One line of the table and one object of the results file.

    `value`, `baseline`: medians over the runs that count. `ratio`: the median of the runs' own ratios.
    `spread`: lowest and highest ratio of a run, or value where nothing is compared. `met`: None without a
    goal, and in a void row. `void`: why there is no result; then every number is None.
    """

    name: str
    unit: str
    value: float | None
    baseline: float | None
    ratio: float | None
    spread: tuple[float, float] | None
    goal: str | None
    met: bool | None
    void: str | None
    runs: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, numbers with four significant digits."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def row(
    name: str,
    unit: str,
    pairs: Sequence[Pair],
    figure: str,
    goal: Goal | None = None,
    *,
    needed: int | None = None,
) -> Row:
    """The row that pairs give for one of their figures; void where fewer than `needed` (or none) count."""
    runs = tuple(_run(pair, figure) for pair in pairs)
    counting = [run for run in runs if run["void"] is None]
    if len(counting) < max(1, needed or 1):
        # The first reason stands for all: each run's own is kept beside it.
        reason = next((run["void"] for run in runs if run["void"] is not None), "none was made")
        why = f"{len(counting)} of {len(runs)} runs count: {reason}"
        return Row(name, unit, None, None, None, None, _text(goal), None, why, runs)
    value = median(run["value"] for run in counting)
    compared = all(run["ratio"] is not None for run in counting)
    ratio = median(run["ratio"] for run in counting) if compared else None
    seen = [run["ratio"] if compared else run["value"] for run in counting]
    return Row(
        name=name,
        unit=unit,
        value=value,
        baseline=median(run["baseline"] for run in counting) if compared else None,
        ratio=ratio,
        spread=(min(seen), max(seen)),
        goal=_text(goal),
        met=None if goal is None else goal.is_met(value, ratio),
        void=None,
        runs=runs,
    )


def failed(name: str, why: str) -> Row:
    """A bench that did not come to an end."""
    return Row(name, "", None, None, None, None, None, None, why, ())


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _run(pair: Pair, figure: str) -> dict[str, Any]:
    value = pair.ours.figures[figure]
    baseline = None if pair.theirs is None else pair.theirs.figures.get(figure)
    ratio = value / baseline if baseline else None
    return {"value": value, "baseline": baseline, "ratio": ratio, "void": pair.void}


def _text(goal: Goal | None) -> str | None:
    return None if goal is None else str(goal)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
