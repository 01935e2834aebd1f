"""What stands at the top: few names, each because a tool or a person looks for it there, and each true."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from tests.architecture.checkout import ROOT, text, tracked

FOLDERS = {"services", "schemas", "frontend", "deploy", "tests"}
LOOKED_FOR = {
    ".ci": "the proof of a clean clone",
    ".editorconfig": "editors",
    ".gitignore": "git",
    ".importlinter": "import-linter",
    ".pre-commit-config.yaml": "pre-commit",
    "CHANGELOG.md": "operators",
    "CONTRIBUTING.md": "developers",
    "LICENSE": "everybody",
    "Makefile": "make",
    "README.md": "everybody",
    "SECURITY.md": "who found a hole",
    "docker-compose.yml": "docker compose",
    "publiccode.yml": "catalogues of public software",
    "pyproject.toml": "Python",
    "requirements-dev.lock": "make setup",
    "requirements.lock": "the image",
}
"""File -> who looks for it there."""

NOT_THERE = re.compile(r"NAME|^frontend/node_modules/$")
"""What a reader is to write, and what is fetched."""

TEXTS = {".css", ".json", ".md", ".mjs", ".py", ".pyi", ".svelte", ".toml", ".ts", ".yaml", ".yml"}


def read_yaml(name: str) -> Any:
    return yaml.safe_load(text(Path(name)))


def test_the_top_holds_what_is_looked_for_there_and_nothing_else() -> None:
    assert {path.parts[0] for path in tracked()} == FOLDERS | LOOKED_FOR.keys()


def test_each_file_at_the_top_that_the_guides_name_is_there() -> None:
    for guide in ("CONTRIBUTING.md", "SECURITY.md", "README.md"):
        named = re.findall(r"`((?:services|schemas|frontend|deploy|tests)/[\w./-]+)`", text(Path(guide)))
        assert named
        missing = [name for name in named if not NOT_THERE.search(name) and not (ROOT / name).exists()]
        assert not missing, guide


def test_the_guides_name_verbs_that_exist() -> None:
    verbs = set(re.findall(r"^([a-z-]+):", text(Path("Makefile")), re.MULTILINE))
    for guide in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", ".ci/run"):
        assert set(re.findall(r"make ([a-z-]+)", text(Path(guide)))) <= verbs, guide


def test_a_commit_is_checked_as_a_clean_clone_is() -> None:
    (local,) = read_yaml(".pre-commit-config.yaml")["repos"]
    hooks = [hook["entry"] for hook in local["hooks"]]
    proof = re.findall(r"^make .*$", text(Path(".ci/run")), re.MULTILINE)
    assert hooks == proof


def test_the_catalogue_entry_follows_the_standard() -> None:
    entry = read_yaml("publiccode.yml")
    schema = json.loads((Path(__file__).with_name("publiccode.schema.json")).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(entry)
    about = tomllib.loads(text(Path("pyproject.toml")))["project"]
    assert (entry["softwareVersion"], entry["legal"]["license"]) == (about["version"], about["license"])
    assert f"## {about['version']}" in text(Path("CHANGELOG.md"))
    shown = [picture for each in entry["description"].values() for picture in each["screenshots"]]
    assert [name for name in shown if not (ROOT / name).is_file()] == []


def test_the_catalogue_entry_does_not_claim_an_address_that_is_somebody_elses() -> None:
    host = urlsplit(read_yaml("publiccode.yml")["url"]).hostname
    assert host is not None and "." in host
    # Reserved for documentation, and served by others: whoever follows one finds another thing.
    assert not host.endswith(("example", "example.org", "example.com", "example.net", "localhost"))


@pytest.mark.parametrize(
    "change",
    [
        {"publiccodeYmlVersion": "0.1"},
        {"intendedAudience": {"countries": ["nl"]}},
        {"softwareType": "app"},
        {"maintenance": {"type": "community"}},
        {"legal": {"license": "MIT"}},
        {"description": {"nl": {"shortDescription": "x", "longDescription": "short", "features": ["y"]}}},
    ],
)
def test_a_wrong_catalogue_entry_is_found(change: dict[str, Any]) -> None:
    schema = json.loads((Path(__file__).with_name("publiccode.schema.json")).read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**read_yaml("publiccode.yml"), **change})


def test_every_text_is_as_editors_are_told() -> None:
    assert "end_of_line = lf" in text(Path(".editorconfig"))
    wrong = []
    for path in tracked():
        if path.suffix in TEXTS:
            found = (ROOT / path).read_bytes()
            if found and (b"\r\n" in found or not found.endswith(b"\n")):
                wrong.append(str(path))
    assert not wrong
