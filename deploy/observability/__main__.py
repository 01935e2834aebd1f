"""`python -m deploy.observability` writes the files beside this one; `--check` only says which are stale."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from deploy.observability.alerts import ALERTS, Alert
from deploy.observability.cluster import in_cluster
from deploy.observability.dashboard import dashboard
from deploy.parts.ports import BASE
from deploy.stack import SERVICES
from schemas import generated

FOLDER: Final = Path(__file__).parent
HEAD: Final = "# Written by `python -m deploy.observability`; change what it is made of, not this file.\n"


def files() -> dict[str, str]:
    """Name -> text of each file."""
    return {
        "alerts.yml": HEAD
        + _text({"groups": [{"name": "noaber", "rules": [_rule(each) for each in ALERTS]}]}),
        "alerts.test.yml": HEAD + _text(_examples()),
        "prometheus.yml": HEAD + _text(_prometheus()),
        "prometheus.cluster.yml": HEAD + _text(in_cluster()),
        "dashboard.json": _text(dashboard()),
    }


def _text(made: dict[str, Any]) -> str:
    # YAML reads JSON as it is.
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _rule(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expression,
        "for": f"{alert.minutes}m",
        "labels": {"severity": alert.severity},
        "annotations": _words(alert),
    }


def _words(alert: Alert) -> dict[str, str]:
    return {"means": alert.means, "do": alert.act}


def _examples() -> dict[str, Any]:
    """What `promtool test rules` tries: an alert is raised by its example and by no quiet one."""
    return {
        "rule_files": ["alerts.yml"],
        "evaluation_interval": "1m",
        "tests": [
            _tried(alert, series, raised)
            for alert in ALERTS
            for series, raised in [(alert.example, [_raised(alert)]), *((each, []) for each in alert.quiet)]
        ],
    }


def _raised(alert: Alert) -> dict[str, Any]:
    return {"exp_labels": {"severity": alert.severity, **alert.labels}, "exp_annotations": _words(alert)}


def _tried(alert: Alert, series: Mapping[str, str], raised: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": alert.name if raised else f"{alert.name} is quiet",
        "interval": "1m",
        "input_series": [{"series": name, "values": each} for name, each in series.items()],
        "alert_rule_test": [
            {"eval_time": f"{alert.after}m", "alertname": alert.name, "exp_alerts": raised},
        ],
    }


def _prometheus() -> dict[str, Any]:
    """Where the numbers of a platform on this machine are; a job is a process."""
    return {
        "global": {"scrape_interval": "10s"},
        "rule_files": ["alerts.yml"],
        "scrape_configs": [
            {"job_name": each.name, "static_configs": [{"targets": [f"127.0.0.1:{BASE + each.offset}"]}]}
            for each in SERVICES
        ],
    }


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Do what is asked; 1 where --check found something."""
    about = "Writes alerts, their examples, Grafana's page and Prometheus' settings."
    asked = generated.command("deploy.observability", about).parse_args(arguments)
    made = {Path(name): text for name, text in files().items()}
    return generated.keep(made, folder, check=asked.check)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
