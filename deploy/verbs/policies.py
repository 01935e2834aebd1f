"""Whom each process reaches by the rendered network policies, beside whom the platform lets it reach."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

COMPONENT: Final = "app.kubernetes.io/component"
ABROAD: Final = "abroad"

Json = dict[str, Any]


def differences(manifests: Iterable[Json], stack: Json, *, traced: bool) -> Iterator[str]:
    """One sentence for each process whose policy lets it reach, or be reached by, others than it should."""
    policies = {
        each["spec"]["podSelector"]["matchLabels"].get(COMPONENT): each["spec"]
        for each in manifests
        if each["kind"] == "NetworkPolicy"
    }
    for name, service in stack["services"].items():
        if name not in policies:
            yield f"{name} has no policy"
            continue
        reaches = {"kafka", *service["calls"]}
        reaches |= {"postgres"} if service["owner"] else set()
        reaches |= {ABROAD} if service["abroad"] else set()
        reaches |= {"traces"} if traced else set()
        found = {each for rule in policies[name]["egress"] for each in _peers(rule["to"])}
        if found != reaches:
            yield f"{name} reaches {sorted(found)}, and should reach {sorted(reaches)}"
        asked = {each for rule in policies[name]["ingress"] for each in _peers(rule["from"])}
        if asked != {"monitoring", *service["calledBy"]}:
            yield f"{name} is reached by {sorted(asked)}"


def _peers(peers: Iterable[Json]) -> Iterator[str]:
    for peer in peers:
        if "ipBlock" in peer:
            yield ABROAD
            continue
        (selector,) = (peer[kind] for kind in ("podSelector", "namespaceSelector") if kind in peer)
        yield _named(selector["matchLabels"])


def _named(labels: Json) -> str:
    if "strimzi.io/cluster" in labels:
        return "kafka"
    if "cnpg.io/cluster" in labels:
        return "postgres"
    if COMPONENT in labels:
        return str(labels[COMPONENT])
    namespace = str(labels["kubernetes.io/metadata.name"])
    return {"observability": "traces"}.get(namespace, namespace)
