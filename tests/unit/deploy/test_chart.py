"""The chart: what it mirrors is what the platform is, and what it leaves to values is all there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from deploy import cluster
from deploy.bootstrap import ROOT
from deploy.stack import OWNERS, SERVICES, Secrets, Service, private_key, reads, secrets_in
from schemas.topics import TOPICS
from services.runtime.settings import SECRET, Mode, TraceSettings
from services.runtime.tokens import DEMO_KEY

CHART = ROOT / "deploy" / "helm"
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = cluster.stack()["services"]
    return found


def test_the_committed_files_are_what_the_platform_is() -> None:
    assert cluster.main(["--check"]) == 0


def test_a_stale_file_is_named_and_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cluster.main([], tmp_path) == 0
    (tmp_path / "files" / "topics.json").write_text("{}")
    assert cluster.main(["--check"], tmp_path) == 1
    assert "topics.json is stale; run: make generate" in capsys.readouterr().err
    assert cluster.main([], tmp_path) == 0
    assert cluster.main(["--check"], tmp_path) == 0


def test_a_process_that_a_list_forgot_is_named_with_the_list() -> None:
    forgotten = Service("forgotten", "services.forgotten", 21, group=1, noticed="nothing")
    with pytest.raises(ValueError, match="READS has no line for forgotten"):
        reads(forgotten)


def test_every_process_runs_as_on_one_machine_and_has_resources(services: dict[str, Any]) -> None:
    for service in SERVICES:
        assert services[service.name]["command"] == ["python", "-m", service.module, *service.arguments]
    assert services.keys() == VALUES["services"].keys(), "deploy/helm/values.yaml: services"


def test_every_topic_and_its_dead_letters_are_asked_for() -> None:
    topics = cluster.topics()
    assert topics.keys() == {name for topic in TOPICS for name in (topic.name, topic.dead_letters)}
    assert all(topics[topic.name]["partitions"] == topic.partitions for topic in TOPICS)


def test_who_calls_whom_follows_from_what_each_is_told(services: dict[str, Any]) -> None:
    calls = {(name, called) for name, each in services.items() for called in each["calls"]}
    assert calls == {
        ("directory", "aid"),
        ("directory", "notification"),
        ("live", "directory"),
        ("notification", "directory"),
    }
    reached = {each.name for each in SERVICES if each.reached}
    assert set(cluster.stack()["gateway"]["calls"]) == reached >= {"directory", "aid", "notification", "live"}
    assert services["aid"]["calledBy"] == ["directory", "gateway"]


def test_what_nobody_calls_is_ready_by_its_progress(services: dict[str, Any]) -> None:
    ready = {name: each["ready"] for name, each in services.items()}
    assert {name for name, path in ready.items() if path == "/health"} == {
        name for name, each in services.items() if not each["calledBy"]
    }
    assert ready["live"] == "/ready"


def test_an_upgrade_brings_readers_before_writers_and_the_pages_last(services: dict[str, Any]) -> None:
    group = {name: each["group"] for name, each in services.items()}
    assert group["live"] == group["matching"] == group["clock"] == 1
    assert max(group.values()) == cluster.stack()["gateway"]["group"] == VALUES["image"]["groups"]
    assert all(group[f"{owner}-relay"] == group[owner] > group["live"] for owner in OWNERS)


def test_no_secret_stands_in_a_file_and_only_owners_have_a_password(services: dict[str, Any]) -> None:
    for name, each in services.items():
        kept = {setting for setting in each["environment"] if setting in SECRET} - {"NOABER_DATABASE"}
        assert not kept, name
        assert ("NOABER_DATABASE" in each["environment"]) == bool(each["owner"])
        if each["owner"]:
            assert f":{cluster.PASSWORD}@" in each["environment"]["NOABER_DATABASE"]


def test_the_values_are_as_their_schema_says_and_a_second_matching_is_refused() -> None:
    check = Draft202012Validator(SCHEMA)
    check.check_schema(SCHEMA)
    assert [error.message for error in check.iter_errors(VALUES)] == []
    for wrong in (
        {"services": {"matching": {**VALUES["services"]["matching"], "replicas": 2}}},
        {"services": {"nobody": VALUES["services"]["clock"]}},
        {"host": "Not a host"},
        {"settings": {"PATH": "/"}},
        {"services": {"live": {**VALUES["services"]["live"], "settings": {"NOABER_SOCKTES": 5}}}},
        {"traces": {"url": "collector:4318"}},
        # Of these the network policies would not know.
        {"settings": {"NOABER_TRACES_URL": "http://collector:4318/v1/traces"}},
        {"services": {"aid": {**VALUES["services"]["aid"], "settings": {"NOABER_TRACE_SHARE": 1}}}},
    ):
        assert not check.is_valid({**VALUES, **wrong}), wrong


def test_every_value_that_a_template_reads_is_there() -> None:
    text = "".join(file.read_text() for file in (CHART / "templates").iterdir())
    text = re.sub(r"\.Values\.services\b", "", text)
    for path in re.findall(r"\.Values((?:\.[a-zA-Z]+)+)", text):
        found: Any = VALUES
        for name in path.strip(".").split("."):
            assert name in found, path
            found = found[name]


def test_traces_are_let_out_to_where_they_are_sent_and_nowhere_without() -> None:
    """`make chart-check` has Helm render both."""
    said = (CHART / "templates" / "services.yaml").read_text()
    let = (CHART / "templates" / "network.yaml").read_text()
    told = said.partition("{{- with $.Values.traces.url }}")[2].partition("{{- end }}")[0]
    assert "NOABER_TRACES_URL" in told and "NOABER_TRACE_SHARE" in told
    rule = let.partition("{{- if and $.Values.traces.url $service.port }}")[2].partition("{{- end }}")[0]
    assert "kubernetes.io/metadata.name: {{ $.Values.traces.namespace }}" in rule
    assert (
        'include "noaber.tracesPort"' in rule and "traces" not in let.replace(rule, "").partition("range")[0]
    )
    assert VALUES["traces"]["url"] == ""
    assert VALUES["traces"]["share"] == TraceSettings().trace_share


def test_every_pod_is_confined() -> None:
    for name in ("services.yaml", "gateway.yaml", "migrate.yaml"):
        text = (CHART / "templates" / name).read_text()
        assert text.count("image: ") == text.count('include "noaber.confined"'), name
        assert 'include "noaber.pod"' in text
    parts = (CHART / "templates" / "_parts.tpl").read_text()
    for rule in ("runAsNonRoot: true", "type: RuntimeDefault", "drop: [ALL]", "readOnlyRootFilesystem: true"):
        assert rule in parts


def test_the_image_names_its_user_by_a_number_so_that_a_cluster_can_judge_it() -> None:
    last = (ROOT / "deploy" / "images" / "Dockerfile").read_text().splitlines()[-1]
    assert re.fullmatch(r"USER [1-9]\d+", last)


def _decoded(secret: dict[str, Any]) -> set[str]:
    return set(secret["data"])


def test_the_secrets_are_those_that_the_processes_ask_for(services: dict[str, Any], tmp_path: Path) -> None:
    made: Secrets = secrets_in(tmp_path / "secrets.json")
    shared, *owners = cluster.secret_list(made)["items"]
    assert _decoded(shared) == {name for each in services.values() for name in each["secrets"]}
    assert [each["metadata"]["name"] for each in owners] == [f"noaber-{owner}" for owner in OWNERS]
    assert not private_key(made, Mode.REAL).startswith(DEMO_KEY)
