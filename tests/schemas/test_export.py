"""The generated files are fresh, and every published type has a schema and a complete example that agree."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.export import ROOT, files, main, type_text
from schemas.topics import TOPICS, Topic

EXAMPLES = ROOT / "schemas" / "examples"

every_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.state.TYPE)


def example_of(topic: Topic) -> Any:
    path = EXAMPLES / f"{topic.state.TYPE}.v{topic.state.VERSION}.json"
    assert path.exists(), f"write one true example of {topic.state.TYPE} into {path}"
    return json.loads(path.read_text(encoding="utf-8"))


def schema_of(topic: Topic) -> Any:
    path = ROOT / "schemas" / "json" / f"{topic.state.TYPE}.v{topic.state.VERSION}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_generated_files_are_fresh() -> None:
    assert main(["--check"]) == 0


def test_the_same_models_give_the_same_text() -> None:
    assert files() == files()


@every_topic
def test_an_example_is_valid_by_its_schema(topic: Topic) -> None:
    Draft202012Validator(schema_of(topic)).validate(example_of(topic))


@every_topic
def test_an_example_comes_back_the_same(topic: Topic) -> None:
    found = example_of(topic)
    assert json.loads(topic.state.model_validate(found).model_dump_json()) == found


@every_topic
def test_an_example_is_complete(topic: Topic) -> None:
    names = set(topic.state.model_fields) | set(topic.state.model_computed_fields)
    assert set(example_of(topic)) == names


def test_no_example_is_an_orphan() -> None:
    types = {topic.state.TYPE for topic in TOPICS}
    assert {path.name.split(".")[0] for path in EXAMPLES.glob("*.json")} == types


def test_check_names_what_is_stale_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"], tmp_path) == 1
    assert "frontend/src/gen/rows.ts is stale; run: make generate" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_writing_makes_it_fresh_and_an_orphan_is_named_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "schemas" / "json" / "forgotten.v1.json").write_text("{}")
    assert main(["--check"], tmp_path) == main([], tmp_path) == 1
    assert "forgotten.v1.json: no topic carries it" in capsys.readouterr().err


def test_a_schema_of_an_older_version_stays(tmp_path: Path) -> None:
    main([], tmp_path)
    (tmp_path / "schemas" / "json" / "incident.v0.json").write_text("{}")
    assert main(["--check"], tmp_path) == 0


def test_a_type_that_pages_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="no TypeScript type"):
        type_text({"type": "something"})
