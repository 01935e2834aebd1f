"""Every setting of every process, set wrongly: it stops at start by name, found and allowed."""

import importlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic_settings import BaseSettings

from deploy.stack import Platform, environment, secrets_in
from services.runtime.settings import SECRET, Mode, Seed, read
from tests.architecture.checkout import modules, text

WRONG: dict[str, str] = {
    "boolean": "perhaps",
    "integer": "7.5",
    "number": "much",
    "object": "{",
    "array": "[",
}
"""Kind -> what is none of it."""


def kinds() -> list[type[BaseSettings]]:
    """Every class of settings there is, wherever it stands in the services."""
    for path in modules("services/"):
        if re.search(r"^class \w+\(.*Settings\b", text(path), re.MULTILINE):
            importlib.import_module(".".join(path.with_suffix("").parts))
    return sorted(set(_below(BaseSettings)), key=str)


def _below(kind: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("services."):
            yield each
            yield from _below(each)


def wrong_values(kind: type[BaseSettings], field: str) -> list[str]:
    """Texts that the field refuses; none where every text is right."""
    model = kind.model_json_schema()
    return [value for shape in _shapes(model["properties"][field], model) for value in _wrong(shape)]


def _shapes(shape: Mapping[str, Any], model: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "$ref" in shape:
        return [model["$defs"][shape["$ref"].rpartition("/")[2]]]
    if "anyOf" in shape:
        return [each for each in shape["anyOf"] if each.get("type") != "null"]
    return [shape]


def _wrong(shape: Mapping[str, Any]) -> list[str]:
    kind = shape["type"]
    values = [WRONG[kind]] if kind in WRONG else []
    if "minimum" in shape:
        values.append(str(shape["minimum"] - 1))
    if "maximum" in shape:
        values.append(str(shape["maximum"] + 1))
    if shape.get("minLength"):
        values.append("x" * (shape["minLength"] - 1))
    if "enum" in shape or "pattern" in shape or shape.get("format") == "file-path":
        values.append("no such: thing!")
    return values


FIELDS = [(kind, field) for kind in kinds() for field in kind.model_fields]
FAULTS = [(kind, field, value) for kind, field in FIELDS for value in wrong_values(kind, field)]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """All that any process is told by the stack, as in a real platform."""
    for name in [each for each in os.environ if each.startswith("NOABER_")]:
        monkeypatch.delenv(name)
    platform = Platform(7400, Mode.REAL, Seed.NONE, tmp_path, secrets_in(tmp_path / "secrets.json"))
    for service in platform.services:
        for name, value in environment(platform, service).items():
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("NOABER_TELEPHONE_TOKEN", "x" * 16)
    return monkeypatch


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_what_the_stack_tells_is_allowed(kind: type[BaseSettings], told: pytest.MonkeyPatch) -> None:
    read(kind)


@pytest.mark.parametrize(
    "fault", FAULTS, ids=lambda fault: f"{fault[0].__name__}.{fault[1]}={fault[2][:9]!r}"
)
def test_a_wrong_setting_stops_at_start(
    fault: tuple[type[BaseSettings], str, str],
    told: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kind, field, value = fault
    name = f"NOABER_{field.upper()}"
    told.setenv(name, value)
    with pytest.raises(SystemExit) as left:
        read(kind)
    said = capsys.readouterr().err
    assert left.value.code == 2
    shown = "not as it should be" if name in SECRET else f"found {value!r}"
    assert said.startswith(f"{name}: {shown}; allowed: ") and said.count("\n") == 1
    assert name not in SECRET or value not in said


@pytest.mark.parametrize(
    "needed",
    [(kind, field) for kind, field in FIELDS if kind.model_fields[field].is_required()],
    ids=lambda needed: f"{needed[0].__name__}.{needed[1]}",
)
def test_a_setting_that_is_missing_stops_at_start(
    needed: tuple[type[BaseSettings], str],
    told: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kind, field = needed
    told.delenv(f"NOABER_{field.upper()}")
    with pytest.raises(SystemExit):
        read(kind)
    assert capsys.readouterr().err.startswith(f"NOABER_{field.upper()}: not set; allowed: ")


def test_keys_are_text_of_a_key_and_not_only_json(
    told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from services.live.settings import LiveSettings

    told.setenv("NOABER_TOKEN_PUBLIC_KEYS", '{"k": "no key"}')
    with pytest.raises(SystemExit):
        read(LiveSettings)
    assert capsys.readouterr().err == (
        'NOABER_TOKEN_PUBLIC_KEYS: found \'no key\'; allowed: for example {"NAME": "BASE64"}\n'
    )
