"""A seed always brings the same faults; a run goes on where it stopped; the table counts what was run."""

from pathlib import Path
from random import Random

import pytest

from tests.faults import results, schedule, town
from tests.faults.clocks import library
from tests.faults.kinds import KINDS
from tests.faults.plot import Panel, svg
from tests.faults.samples import Sample
from tests.faults.soak import MOST_LAG, behind, growth, per_state


def row(**more: object) -> results.Found:
    return {
        "kind": "kill", "target": "aid", "seed": "1", "life": 0, "commit": "c",
        "lasted": 1.0, "recovery": 2.0, "violations": [], **more,
    }  # fmt: skip


def test_a_seed_always_brings_the_same_faults_and_another_one_others() -> None:
    assert schedule.of_life("1", 0) == schedule.of_life("1", 0)
    assert schedule.of_life("1", 0) != schedule.of_life("1", 1) != schedule.of_life("2", 1)


def test_every_kind_can_come_and_every_one_that_comes_is_known() -> None:
    come = {fault.kind for life in range(200) for fault in schedule.of_life("1735", life)}
    assert come == set(KINDS if library() is not None else KINDS.keys() - {"jump"})


def test_a_stop_lasts_five_to_thirty_seconds() -> None:
    stops = [f for life in range(100) for f in schedule.of_life("1", life) if f.kind == "stop"]
    assert stops and all(5 <= fault.seconds <= 30 for fault in stops)


def test_a_run_goes_on_with_the_life_after_the_last_one_of_its_seed(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    assert results.next_life("1", results.read(file)) == 0
    results.append([row(), row(life=3), row(seed="2", life=9)], file)
    assert results.next_life("1", results.read(file)) == 4


def test_the_table_counts_faults_targets_and_violations_and_leaves_out_no_recovery_that_came() -> None:
    rows = [row(recovery=float(each), target=f"t{each % 3}") for each in range(1, 101)]
    rows.append(row(recovery=None, violations=["not recovered", "gone"]))
    line = next(each for each in results.table(rows).splitlines() if each.startswith("| kill"))
    cells = [each.strip() for each in line.strip("|").split("|")]
    assert cells == ["kill", "4", "101", "1 to 1", "51.0", "100.0", "100.0", "2"]


def test_the_readme_shows_the_rows_that_are_kept() -> None:
    text = results.README.read_text(encoding="utf-8")
    assert results.with_tables(text, results.read()) == text


def test_two_at_once_are_one_line_of_the_table_by_target_and_each_process_has_its_own() -> None:
    rows = [row(), row(target="aid+live"), row(target="clock+kafka"), row(kind="stop", target="everything")]
    lines = [each.split(" | ")[:3] for each in results.by_target(rows).splitlines()[2:]]
    assert lines == [["| kill", "aid", "1"], ["| kill", "two at once", "2"], ["| stop", "everything", "1"]]


def test_a_seed_always_brings_the_same_cast_with_people_who_can_help() -> None:
    one, other = (town.build(Random("1"), 2) for _ in range(2))
    assert (one.borrowers, one.lenders) == (other.borrowers, other.lenders)
    assert all(each.helpers and each.desk not in each.helpers for each in one.lenders)
    assert not {each.id for each in one.borrowers} & set(one.circle)


def test_growth_is_told_per_hour_and_only_behind_the_warm_up() -> None:
    level = [(float(minute), 100.0) for minute in range(60)]
    assert growth(level) == 0
    rising = [(minute, 100.0 + max(0.0, minute - 10)) for minute, _ in level]
    assert growth(rising) == 60.0
    before_only = [(minute, max(0.0, 10 - minute) + 5) for minute, _ in level]
    assert growth(before_only) == 0
    assert growth(level[:11]) is None
    busy = [(minute, value + (80.0 if minute in (40, 41, 55) else 0.0)) for minute, value in level]
    assert growth(busy) == 0


def test_who_does_not_keep_up_is_behind_in_the_last_minutes() -> None:
    once = [(float(minute), 900.0 if minute == 58 else 3.0) for minute in range(60)]
    assert behind(once) == 3.0
    falling_behind = [(float(minute), 10.0 * minute) for minute in range(60)]
    assert behind(falling_behind) > MOST_LAG


def test_what_a_keeper_takes_is_told_for_each_new_thing_behind_the_warm_up() -> None:
    late = [Sample(minute, 1_000.0 * minute, {"live": 100.0 + 2.0 * minute}) for minute in range(10, 20)]
    early = [Sample(minute, 0.0, {"live": 500.0}) for minute in range(10)]
    assert per_state([*early, *late], "live") == pytest.approx(2.0)
    assert per_state([*early, *late[:2]], "live") is None
    assert per_state([Sample(minute, 7.0, {"live": 9.0}) for minute in range(10, 20)], "live") is None


def test_a_plot_has_a_line_for_each_name_and_says_names_as_text() -> None:
    drawn = svg([Panel("memory", {"a<b": [(0.0, 1.0), (1.0, 2.0)], "c": [(0.0, 1.0)]}), Panel("none", {})])
    assert drawn.count("<polyline") == 2 and "a&lt;b" in drawn and "a<b" not in drawn
