"""A row is the median of the runs that count, and says so where there is no result."""

import pytest

from tests.bench.report import BEGIN, END, merged, table, with_table
from tests.bench.rows import Row, at_most, failed, percentile, ratio_at_least, ratio_at_most, row
from tests.bench.trials import Pair, Trial


def pair(ours: float, theirs: float | None = None, void: str | None = None) -> Pair:
    other = None if theirs is None else Trial({"p99": theirs})
    return Pair(Trial({"p99": ours}), other, void)


def kept(found: Row, bench: str = "claims") -> dict[str, object]:
    return {**found.as_json(), "bench": bench, "at": "1 May 2026", "commit": "abc", "machine": "2 cores"}


def test_the_ratio_is_the_median_of_the_pairs_and_not_the_ratio_of_the_medians() -> None:
    found = row("claims", "ms", [pair(10, 10), pair(30, 10), pair(40, 40)], "p99", ratio_at_most(1.3))
    assert (found.value, found.baseline, found.ratio) == (30, 10, 1)
    assert found.spread == (1, 3)
    assert found.met is True


def test_a_run_that_does_not_count_changes_no_number_and_stays_in_the_row() -> None:
    found = row("claims", "ms", [pair(10), pair(1000, void="others used 1.00 cores"), pair(12)], "p99")
    assert (found.value, found.spread) == (11, (10, 12))
    assert [run["void"] for run in found.runs] == [None, "others used 1.00 cores", None]


def test_too_few_runs_that_count_give_no_result() -> None:
    pairs = [pair(10, 10), pair(10, 10, void="the baseline queues")]
    found = row("claims", "ms", pairs, "p99", ratio_at_most(1.3), needed=2)
    assert found.void == "1 of 2 runs count: the baseline queues"
    assert (found.value, found.baseline, found.ratio, found.spread, found.met) == (None,) * 5


def test_a_goal_can_be_a_least_and_can_be_missed() -> None:
    assert row("claims", "/s", [pair(59, 100)], "p99", ratio_at_least(0.6)).met is False
    assert row("claims", "/s", [pair(60, 100)], "p99", ratio_at_least(0.6)).met is True
    assert row("solve", "ms", [pair(200)], "p99", at_most(200)).met is True
    assert row("solve", "ms", [pair(201)], "p99", at_most(200)).met is False


def test_a_goal_on_a_ratio_needs_a_baseline() -> None:
    with pytest.raises(ValueError, match="without a baseline"):
        row("claims", "ms", [pair(10)], "p99", ratio_at_most(1.3))


def test_a_percentile_is_a_value_that_was_seen() -> None:
    values = list(range(1, 101))
    assert [percentile(values, share) for share in (0.5, 0.99, 1.0)] == [50, 99, 100]
    assert percentile([7], 0.99) == 7


def test_a_table_shows_what_is_void_and_what_is_missed() -> None:
    rows = [
        kept(row("one", "ms", [pair(10, 5)], "p99", ratio_at_most(1.3))),
        kept(row("two", "ms", [pair(10, 5, void="the baseline queues")], "p99", ratio_at_most(1.3))),
        kept(failed("three", "failed: TimeoutError")),
    ]
    lines = table(rows).splitlines()
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == [
        "one", "10 ms", "5", "2", "2 to 2", "ratio <= 1.3", "NO", "1/1",
    ]  # fmt: skip
    assert "VOID (0 of 1 runs count: the baseline queues)" in lines[3]
    assert "VOID (failed: TimeoutError)" in lines[4]
    assert len({len(line) for line in lines}) == 1


def test_rows_of_a_bench_that_was_measured_again_replace_its_old_ones() -> None:
    order = ("chain", "claims")
    old = [
        kept(failed("old", "x"), "chain"),
        kept(failed("kept", "x"), "claims"),
        kept(failed("gone", "x"), "x"),
    ]
    new = [kept(failed("new", "x"), "chain")]
    assert [each["name"] for each in merged(old, new, order)] == ["new", "kept"]


def test_the_table_replaces_what_stood_between_the_marks() -> None:
    rows = [kept(row("one", "ms", [pair(10)], "p99"))]
    text = with_table(f"before\n{BEGIN}\nold\n{END}\nafter\n", rows)
    assert text.startswith(f"before\n{BEGIN}\n\n| what") and text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "- claims: 1 May 2026, commit abc, 2 cores" in text
    with pytest.raises(ValueError, match="marks"):
        with_table("no marks", rows)
