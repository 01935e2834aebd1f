"""Every setting of every process, set wrongly: it stops at start by name, found and allowed."""

import importlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic_settings import BaseSettings

from deploy.stack import Platform, environment, secrets_in
from services.directory.settings import DirectorySettings
from services.live.settings import LiveSettings
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

BY_HAND: dict[str, tuple[str, ...]] = {
    "database": ("postgresql ://a",),
    "http_host": ("here", "1.2.3", ":::"),
    "push_hosts": ("https://push.example",),
    "push_key": ("abc",),
    "push_public_key": ("abc",),
    "telephone_callback": ("provider.example",),
    "telephone_url": ("provider.example",),
    "token_private_key": ("x:y", "x:" + "A" * 42),
}
"""Field -> what its shape alone does not refuse, or what somebody may well write."""

EVERY_TEXT = {"data_home", "telephone_account", "telephone_caller", "telephone_token"}
"""Fields for which every text is right: a folder that is made, and what a provider calls things."""


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
    shapes = _shapes(model["properties"][field], model)
    return [*(value for shape in shapes for value in _wrong(shape)), *BY_HAND.get(field, ())]


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


def test_every_setting_is_set_wrongly_or_known_to_take_every_text() -> None:
    tried = {(kind, field) for kind, field, _ in FAULTS}
    assert {field for _, field in set(FIELDS) - tried} == EVERY_TEXT
    assert BY_HAND.keys() <= {field for _, field in tried}


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
    told.setenv("NOABER_TOKEN_PUBLIC_KEYS", '{"k": "no key"}')
    with pytest.raises(SystemExit):
        read(LiveSettings)
    assert capsys.readouterr().err == (
        'NOABER_TOKEN_PUBLIC_KEYS: found \'no key\'; allowed: for example {"NAME": "BASE64"}\n'
    )


@pytest.mark.parametrize(
    ("until", "why"), [("tomorrow", "stands a moment"), ("2026-12-31T00:00:00", "its offset too")]
)
def test_until_when_a_key_is_believed_is_a_moment_that_can_be_compared(
    until: str, why: str, told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = next(iter(json.loads(os.environ["NOABER_TOKEN_PUBLIC_KEYS"]).values()))
    told.setenv("NOABER_TOKEN_PUBLIC_KEYS", json.dumps({"k": f"{key} 2026-12-31T00:00:00+00:00"}))
    read(LiveSettings)
    told.setenv("NOABER_TOKEN_PUBLIC_KEYS", json.dumps({"k": f"{key} {until}"}))
    with pytest.raises(SystemExit):
        read(LiveSettings)
    said = capsys.readouterr().err
    assert said.startswith("NOABER_TOKEN_PUBLIC_KEYS: found ") and why in said and said.count("\n") == 1


PROVIDER = {
    "organisation": "GM1735",
    "issuer": "https://id.example",
    "client_id": "noaber",
    "client_secret_file": "secret",
}


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ("nothing", "Invalid JSON"),
        ([{**PROVIDER, "issuer": "id.example"}], "0.issuer: "),
        ([{**PROVIDER, "issuer": "http://id.example"}], "begins with https://"),
        ([PROVIDER, PROVIDER], "stands in it twice"),
        ([{**PROVIDER, "client_secret_file": "empty"}], "holds no secret"),
        ([{**PROVIDER, "client_secret_file": "elsewhere"}], "elsewhere: No such file"),
    ],
)
def test_a_file_of_providers_is_read_at_start(
    entries: Any, why: str, told: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_text("a secret")
    (tmp_path / "empty").touch()
    file = tmp_path / "providers.json"
    file.write_text(json.dumps([PROVIDER]))
    told.setenv("NOABER_PROVIDERS_FILE", str(file))
    read(DirectorySettings)
    file.write_text(entries if isinstance(entries, str) else json.dumps(entries))
    with pytest.raises(SystemExit):
        read(DirectorySettings)
    said = capsys.readouterr().err
    assert said.startswith(f"NOABER_PROVIDERS_FILE: found '{file}'; allowed: ")
    assert why in said and said.count("\n") == 1
