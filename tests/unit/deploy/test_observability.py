"""Alerts and the dashboard speak of numbers that there are, and are what the committed files say."""

import json
import re
from pathlib import Path

import pytest

from deploy.observability import __main__ as observability
from deploy.observability.alerts import ALERTS, TELL, WAKE, Alert
from deploy.observability.dashboard import PANELS
from deploy.verbs.check import STEPS
from services.runtime.metrics import DECLARED, Kind

KNOWN = {
    name
    for each in DECLARED
    for name in ([f"{each.name}_bucket"] if each.kind is Kind.HISTOGRAM else [each.name])
}
DRAWN = [expression for panel in PANELS for expression in panel.drawn.values()]


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"noaber_[a-z_]+", expression))


def test_the_committed_files_are_what_they_are_made_of() -> None:
    assert observability.main(["--check"]) == 0
    assert ("deploy.observability", "--check") in STEPS


def test_a_stale_file_is_named_and_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert observability.main(["--check"], tmp_path) == 1
    assert "alerts.yml" in capsys.readouterr().err
    assert observability.main([], tmp_path) == 0
    assert observability.main(["--check"], tmp_path) == 0


@pytest.mark.parametrize("alert", ALERTS, ids=lambda each: each.name)
def test_an_alert_is_about_what_is_told_and_says_what_it_means_and_what_to_do(alert: Alert) -> None:
    assert names_in(alert.expression) <= KNOWN and alert.severity in (WAKE, TELL)
    assert {name for series in alert.example for name in names_in(series)} == names_in(alert.expression)
    for words in (alert.means, alert.act):
        assert 20 < len(words) < 160 and words.endswith(".")


@pytest.mark.parametrize("alert", ALERTS, ids=lambda each: each.name)
def test_what_must_not_raise_an_alert_is_tried_beside_what_must(alert: Alert) -> None:
    """`make chart-check` has promtool judge them."""
    tried = json.loads(observability.files()["alerts.test.yml"].removeprefix(observability.HEAD))["tests"]
    judged = [each["alert_rule_test"][0] for each in tried]
    raised = [len(each["exp_alerts"]) for each in judged if each["alertname"] == alert.name]
    assert raised == [1, *[0 for _ in alert.quiet]]


def test_an_old_backup_is_told_by_whoever_makes_it_and_by_nobody_else() -> None:
    ours, theirs = (next(a for a in ALERTS if a.name == name) for name in ("BackupOld", "ClusterBackupOld"))
    for alert, other in ((ours, theirs), (theirs, ours)):
        (own,) = {series.partition("{")[0] for series in alert.example}
        assert own in alert.expression and own not in other.expression
        # Where the others make the backups, and this number is not told at all.
        assert any(all(own not in series for series in quiet) for quiet in alert.quiet)


def test_every_number_is_drawn_and_nothing_else_is() -> None:
    assert {name for expression in DRAWN for name in names_in(expression)} == KNOWN


def test_no_two_panels_lie_on_each_other() -> None:
    places = [
        tuple(each["gridPos"].values())
        for each in json.loads(observability.files()["dashboard.json"])["panels"]
    ]
    assert len(set(places)) == len(PANELS)
