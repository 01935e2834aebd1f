"""What every bench is given: how long to measure, where to put things, and the watch on the machine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.rows import Goal, Row, row
from tests.bench.trials import Pair, Side, Watch, alternate


@dataclass(frozen=True)
class Setting:
    """`quick`: a look at the order of size, with few and short runs; its figures are kept nowhere.

    `home` holds what was fetched and built; `scratch` is an empty folder that is deleted afterwards.
    """

    quick: bool
    home: Path
    scratch: Path
    watch: Watch
    say: Callable[[str], None]

    @property
    def pairs(self) -> int:
        """Runs of each side that have to count."""
        return 2 if self.quick else 5

    def share(self, whole: float) -> float:
        """A duration or count, a quarter of it where it has to be quick."""
        return whole / 4 if self.quick else whole

    def compare(self, ours: Side, theirs: Side | None = None) -> list[Pair]:
        """Both sides in turns (see `trials.alternate`)."""
        return alternate(ours, theirs, self.pairs, self.watch)

    def row(self, name: str, unit: str, pairs: list[Pair], figure: str, goal: Goal | None = None) -> Row:
        """A row that is void unless enough runs count."""
        return row(name, unit, pairs, figure, goal, needed=self.pairs)
