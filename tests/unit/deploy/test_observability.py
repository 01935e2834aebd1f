"""Alerts and the dashboard speak of numbers that there are, and are what the committed files say."""

import json
import re
from pathlib import Path

import pytest

from deploy import cluster
from deploy.bootstrap import ROOT
from deploy.observability import __main__ as observability
from deploy.observability.alerts import ALERTS, TELL, WAKE, Alert
from deploy.observability.dashboard import PANELS
from deploy.stack import SERVICES
from deploy.verbs.check import STEPS
from services.runtime.metrics import DECLARED, Kind

CHART = ROOT / "deploy" / "helm" / "templates"
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


ASKED = {"prometheus_io_scrape": "true", "prometheus_io_path": "/metrics"}


def pod(component: str, asked: int, port: int, **other: str) -> dict[str, str]:
    """What Prometheus knows of a pod of the chart at one of its ports."""
    annotations = {**ASKED, "prometheus_io_port": str(asked)}
    found = {
        "label_app_kubernetes_io_name": "noaber",
        "label_app_kubernetes_io_component": component,
        **{f"annotation_{name}": value for name, value in annotations.items()},
        "container_port_number": str(port),
        "name": f"noaber-{component}-7",
        **other,
    }
    return {
        "__meta_kubernetes_namespace": "here",
        **{f"__meta_kubernetes_pod_{k}": v for k, v in found.items()},
    }


def labelled(job: int, found: dict[str, str]) -> dict[str, str] | None:
    """What becomes of it by the rules of that job, as Prometheus reads them; None: it is not asked."""
    text = observability.files()["prometheus.cluster.yml"].removeprefix(observability.HEAD)
    config = json.loads(text)["scrape_configs"][job]
    labels = {"job": config["job_name"], **found}
    for rule in config["relabel_configs"]:
        value = ";".join(labels.get(name, "") for name in rule["source_labels"])
        keeps = {
            "replace": lambda rule, value: True,
            "keepequal": lambda rule, value: labels.get(rule["target_label"]) == value,
            "keep": lambda rule, value: re.fullmatch(rule["regex"], value) is not None,
        }
        if not keeps[rule["action"]](rule, value):
            return None
        if rule["action"] == "replace":
            labels[rule["target_label"]] = value
    return {name: value for name, value in labels.items() if not name.startswith("__meta_")}


def test_in_a_cluster_too_a_job_is_a_process() -> None:
    here = json.loads(observability.files()["prometheus.yml"].removeprefix(observability.HEAD))
    told = {name: each["port"] for name, each in cluster.stack()["services"].items()}
    assert {each["job_name"] for each in here["scrape_configs"]} == told.keys()
    for name, port in told.items():
        assert labelled(0, pod(name, port, port)) == {
            "job": name,
            "namespace": "here",
            "pod": f"noaber-{name}-7",
            "__metrics_path__": "/metrics",
        }
    # The chart gives the labels and annotations that these rules read.
    parts = (CHART / "_parts.tpl").read_text()
    services = (CHART / "services.yaml").read_text()
    for word in ("app.kubernetes.io/name: noaber", "app.kubernetes.io/component: {{ index . 1 }}"):
        assert word in parts
    for word in (
        'include "noaber.labels" (list $ $name) | nindent 8',
        *(f"prometheus.io/{name}: " for name in ("scrape", "port", "path")),
    ):
        assert word in services


def test_nobody_elses_pods_and_ports_are_asked() -> None:
    assert labelled(0, pod("aid", 7403, 7403)) is not None
    for other in (
        pod("aid", 7403, 9999),
        pod("gateway", 7400, 7400),
        pod("aid", 7403, 7403, label_app_kubernetes_io_name="another"),
        pod("aid", 7403, 7403, annotation_prometheus_io_scrape="false"),
    ):
        assert labelled(0, other) is None


def test_postgres_own_pods_are_asked_how_old_their_backup_is() -> None:
    asked = pod("postgres", 9187, 9187, label_cnpg_io_cluster="noaber-postgres")
    found = labelled(1, asked)
    assert found is not None and found["job"] == "noaber-postgres"
    assert labelled(1, pod("postgres", 9187, 5432, label_cnpg_io_cluster="noaber-postgres")) is None
    assert labelled(1, pod("aid", 7403, 7403)) is None


def test_whoever_lacks_a_process_is_woken_for_that_one_only() -> None:
    names = {service.name for service in SERVICES}
    missing, gone = (next(a for a in ALERTS if a.name == n) for n in ("ProcessMissing", "ProcessGone"))
    assert set(re.findall(r'job="([a-z-]+)"', missing.expression)) == names
    assert set(gone.expression.partition('~"')[2].partition('"')[0].split("|")) == names


def test_a_dead_letter_is_taken_to_where_it_can_be_skipped_or_replayed() -> None:
    (letters,) = (alert for alert in ALERTS if alert.name == "DeadLetters")
    assert "noaber operate" in letters.act
