"""`make chart-check`: what only programs written in Go can say of the chart, the Compose file and the alerts.

A further check is a function in CHECKS: it takes Go and a folder of its own, and raises Wrong.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator

from deploy import compose
from deploy.bootstrap import ROOT, SetupFailed, home_of
from deploy.cluster import stack
from deploy.verbs.go_tools import Go, find_go
from deploy.verbs.manifest_schemas import write_schemas
from deploy.verbs.pod_security import breaches
from deploy.verbs.policies import differences
from schemas.command_line import command_line

CHART: Final = ROOT / "deploy" / "helm"
TOLD: Final = ROOT / "deploy" / "observability"
"""What Prometheus is told."""

COMPOSE: Final = ("github.com/compose-spec/compose-go/v2", "v2.16.2")
TRACES_PORT: Final = 4318
EVERYTHING: Final = (
    "--set=postgres.backup.destination=s3://noaber-backup",
    f"--set=traces.url=http://collector.observability:{TRACES_PORT}/v1/traces",
)
BARE: Final = (
    "--set=kafka.enabled=false,postgres.enabled=false,ingress.enabled=false",
    "--set=live.scaling.enabled=false,image.tag=2.0.0,image.previous=1.9.0,image.groups=1",
    "--is-upgrade",
)
VARIANTS: Final = {"everything": EVERYTHING, "bare": BARE}
"""All resources there are; and an upgrade of the readers, where Kafka and Postgres are somebody else's."""


class Wrong(Exception):
    """What a check found, in words."""


def the_compose_file(go: Go, _: Path) -> None:
    """Valid by the schema of Compose's own loader."""
    schema = json.loads((go.module(*COMPOSE) / "schema" / "compose-spec.json").read_text())
    errors = Draft202012Validator(schema).iter_errors(json.loads(json.dumps(compose.composition())))
    if found := [f"{'/'.join(map(str, each.path))}: {each.message}" for each in errors]:
        raise Wrong("\n".join(found))


def lint(go: Go, _: Path) -> None:
    """Helm's own opinion of the chart; a warning is an error."""
    _run(go.tool("helm"), "lint", "--strict", str(CHART), *EVERYTHING)


def manifests(go: Go, scratch: Path) -> None:
    """All that the chart makes is what Kubernetes and the operators take, field by field, and confined."""
    helm, kinds = go.tool("helm"), set[str]()
    for name, values in VARIANTS.items():
        made = _run(helm, "template", "noaber", str(CHART), *values)
        found = [each for each in yaml.safe_load_all(made) if each]
        traces = TRACES_PORT if values == EVERYTHING else None
        if wrong := [*chain.from_iterable(map(breaches, found)), *differences(found, stack(), traces=traces)]:
            raise Wrong("\n".join(wrong))
        kinds |= {each["kind"] for each in found}
        (scratch / f"{name}.yaml").write_text(made)
    # Once for all variants: Strimzi's generator takes seconds.
    options = ["-strict", "-summary", "-schema-location", write_schemas(go, scratch / "schemas", kinds)]
    for name in VARIANTS:
        print(_run(go.tool("kubeconform"), *options, str(scratch / f"{name}.yaml")).strip())


def alerts(go: Go, _: Path) -> None:
    """What Prometheus is told is what it takes, and each alert goes off in its example."""
    for checked in (
        ("check", "config", "prometheus.yml"),
        ("check", "config", "prometheus.cluster.yml"),
        ("test", "rules", "alerts.test.yml"),
    ):
        print(_run(go.tool("promtool"), *checked, folder=TOLD).strip())


def panels(go: Go, scratch: Path) -> None:
    """What each panel of the dashboard draws is an expression that Prometheus takes."""
    # JSON is YAML.
    file = scratch / "panels.yml"
    file.write_text(json.dumps(as_rules(json.loads((TOLD / "dashboard.json").read_text()))))
    print(_run(go.tool("promtool"), "check", "rules", str(file)).strip())


def as_rules(dashboard: dict[str, Any]) -> dict[str, Any]:
    """A rule that records each thing that is drawn: of rules alone promtool judges the expressions."""
    drawn = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = [{"record": f"panel:{number}", "expr": each} for number, each in enumerate(drawn)]
    return {"groups": [{"name": "panels", "rules": rules}]}


CHECKS: Final[tuple[Callable[[Go, Path], None], ...]] = (the_compose_file, lint, manifests, alerts, panels)


def _run(*command: str, folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise Wrong(f"{Path(command[0]).name} {command[1]}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main(home: Path) -> int:
    """Do every check and say what is wrong; 1 where something is."""
    wrong = 0
    try:
        go = find_go(home)
        for check in CHECKS:
            print(f"+ {check.__name__.replace('_', ' ')}", flush=True)
            with tempfile.TemporaryDirectory(dir=home) as scratch:
                try:
                    check(go, Path(scratch))
                except Wrong as found:
                    wrong += 1
                    print(found, file=sys.stderr)
    except SetupFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    command_line("deploy.verbs.chart_check", "Has Helm and promtool look; needs Go.").parse_args()
    sys.exit(main(home_of(os.environ)))
