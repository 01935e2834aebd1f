"""The drawn picture of processes and topics says what the code does, and is the newest."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from deploy import diagram
from deploy.stack import READS, SERVICES, is_relay, reads, writes
from schemas import topics
from tests.architecture.checkout import modules, tree

NAMES = {name: value.name for name, value in vars(topics).items() if isinstance(value, topics.Topic)}


def _named_in(service: str) -> set[str]:
    """The topics that the code of a service names."""
    folder = Path("services", service)
    return {
        NAMES[each.name]
        for path in modules()
        if folder in path.parents
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "schemas.topics"
        for each in node.names
        if each.name in NAMES
    }


@pytest.mark.parametrize("name", READS)
def test_a_service_reads_the_topics_that_its_code_names_and_no_others(name: str) -> None:
    assert {each.name for each in READS[name]} == _named_in(name)


def test_every_topic_has_one_writer_and_every_process_stands_in_the_picture() -> None:
    written = [each.name for service in SERVICES for each in writes(service)]
    assert sorted(written) == sorted(NAMES.values())
    assert {each.name for each in SERVICES if not is_relay(each)} == READS.keys()


def test_the_picture_says_every_reading_once_as_a_dot_and_in_words() -> None:
    drawn = diagram.drawing()
    ElementTree.fromstring(drawn)
    readings = [(each, topic) for each in SERVICES if not is_relay(each) for topic in reads(each)]
    key = 1
    assert len(re.findall(r'<circle class="read"', drawn)) == len(readings) + key
    told = diagram.told(SERVICES)
    assert "incidents: written by aid-relay, read by directory, aid-relay, matching, live." in told


def test_a_topic_without_a_writer_is_not_left_out_in_silence() -> None:
    without = [each for each in SERVICES if each.name != "clock"]
    with pytest.raises(ValueError, match="no process writes alarms, bells"):
        diagram.drawing(without)


def test_a_stale_picture_is_told_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diagram.main(["--check"]) == 0
    assert diagram.main(["--check"], tmp_path) == 1
    assert "topics.svg is stale; run: make generate" in capsys.readouterr().err
    assert diagram.main([], tmp_path) == 0 and diagram.main(["--check"], tmp_path) == 0
