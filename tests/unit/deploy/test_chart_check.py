"""What `make chart-check` does before any program in Go runs."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from deploy.bootstrap import SetupFailed
from deploy.observability.dashboard import PANELS, dashboard
from deploy.verbs import chart_check, go_tools
from deploy.verbs.go_tools import Go
from deploy.verbs.manifest_schemas import _needed, _strict


def test_without_go_it_fails_and_names_go(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(go_tools, "USUAL", str(tmp_path))
    assert chart_check.main(tmp_path) == 1
    assert "Go is not on this machine" in capsys.readouterr().err


def test_what_go_says_when_it_fails_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answer = SimpleNamespace(returncode=1, stdout="", stderr="no such version")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: answer)
    with pytest.raises(SetupFailed, match="go mod failed: no such version"):
        Go("go", tmp_path).module("example.org/module", "v1.0.0")


def test_every_check_is_done_though_one_finds_something(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = []

    def wrong(_: Go, __: Path) -> None:
        raise chart_check.Wrong("a field too many")

    def right(_: Go, folder: Path) -> None:
        done.append(folder)

    monkeypatch.setattr(chart_check, "find_go", lambda home: cast(Any, home))
    monkeypatch.setattr(chart_check, "CHECKS", (wrong, right))
    assert chart_check.main(tmp_path) == 1
    assert done and "a field too many" in capsys.readouterr().err


def test_a_schema_takes_no_unknown_field_and_a_port_by_name_or_number() -> None:
    found = _strict(
        {
            "properties": {
                "port": {"type": "string", "format": "int-or-string"},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            }
        }
    )
    assert found["additionalProperties"] is False
    assert found["properties"]["port"] == {"type": ["integer", "string"]}
    assert "string" in found["properties"]["labels"]["additionalProperties"].values()


def test_of_all_definitions_those_are_kept_that_one_leads_to() -> None:
    definitions: dict[str, Any] = {
        "pod": {"properties": {"spec": {"$ref": "#/definitions/spec"}}},
        "spec": {"properties": {"parts": {"items": {"$ref": "#/definitions/part"}}}},
        "part": {"properties": {"of": {"$ref": "#/definitions/spec"}}},
        # Its own properties are words of JSON Schema, and no program compiles them.
        "schema": {"properties": {"$ref": {"type": "string"}, "$schema": {"type": "string"}}},
    }
    assert _needed("pod", definitions) == {"pod", "spec", "part"}


def test_all_that_a_panel_draws_is_given_to_promtool_as_a_rule() -> None:
    (group,) = chart_check.as_rules(dashboard())["groups"]
    drawn = [expression for panel in PANELS for expression in panel.drawn.values()]
    assert [each["expr"] for each in group["rules"]] == drawn and chart_check.panels in chart_check.CHECKS
    assert len({each["record"] for each in group["rules"]}) == len(drawn)
