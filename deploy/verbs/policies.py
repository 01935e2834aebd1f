"""Whom each pod reaches, and at which port, by the rendered policies, beside what it is told of."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

RELEASE: Final = "noaber"
"""Under which the chart is rendered."""

COMPONENT: Final = "app.kubernetes.io/component"
OURS: Final = {"app.kubernetes.io/name": "noaber", "app.kubernetes.io/instance": RELEASE}
KAFKA: Final = {"strimzi.io/cluster": RELEASE, "strimzi.io/kind": "Kafka"}
POSTGRES: Final = {"cnpg.io/cluster": f"{RELEASE}-postgres"}
ABROAD: Final = {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]}

Json = dict[str, Any]
Ways = tuple[set[str], set[str]]
"""Whom a pod reaches, and who reaches it, as "who:port"."""


def differences(manifests: Iterable[Json], stack: Json, *, traces: int | None) -> Iterator[str]:
    """A sentence for each pod whose policy lets it reach, or be reached by, others than it should.

    `traces` is the port where they go to, if they go anywhere.
    """
    made = list(manifests)
    specs = [each["spec"] for each in made if each["kind"] == "NetworkPolicy"]
    policies = {_selected(spec["podSelector"]): spec for spec in specs}
    should = _should(stack, traces, postgres=any(each["kind"] == "Cluster" for each in made))
    if len(specs) != len(policies) or policies.keys() - should.keys():
        yield f"there are policies of {sorted(_selected(spec['podSelector']) for spec in specs)}"
    for name, (reaches, asked) in should.items():
        if name not in policies:
            yield f"{name} has no policy"
            continue
        types = ["Ingress"] if name == "postgres" else ["Ingress", "Egress"]
        if policies[name]["policyTypes"] != types:
            yield f"{name} has a policy of {policies[name]['policyTypes']}, and should have one of {types}"
        if (found := _ways(policies[name].get("egress", ()), "to")) != reaches:
            yield f"{name} reaches {sorted(found)}, and should reach {sorted(reaches)}"
        if (found := _ways(policies[name].get("ingress", ()), "from")) != asked:
            yield f"{name} is reached by {sorted(found)}, and should be by {sorted(asked)}"
    # Strimzi makes the policy of its pods from what its listeners say.
    for listener in chain.from_iterable(
        each["spec"]["kafka"]["listeners"] for each in made if each["kind"] == "Kafka"
    ):
        if (found := set(map(_named, listener.get("networkPolicyPeers", [{}])))) != {"all"}:
            yield f"kafka is reached by {sorted(found)}, and should be by all of ours"


def _should(stack: Json, traces: int | None, *, postgres: bool) -> dict[str, Ways]:
    services, gateway = stack["services"], stack["gateway"]
    ports = {name: service["port"] for name, service in services.items()}
    found: dict[str, Ways] = {
        # For all of ours at once: names are resolved, and else nobody is spoken to.
        "all": ({"kube-system:53", "kube-system:53/UDP"}, set()),
        "gateway": (
            {f"{each}:{ports[each]}" for each in gateway["calls"]},
            {f"ingress-nginx:{gateway['port']}"},
        ),
        "migrate": ({"kafka:9092", "postgres:5432"}, set()),
    }
    for name, service in services.items():
        reaches = {"kafka:9092", *(f"{each}:{ports[each]}" for each in service["calls"])}
        reaches |= {"postgres:5432"} if service["owner"] else set()
        reaches |= {"abroad:443"} if service["abroad"] else set()
        reaches |= {f"observability:{traces}"} if traces else set()
        found[name] = reaches, {f"{each}:{ports[name]}" for each in ("monitoring", *service["calledBy"])}
    if postgres:
        owners = [name for name, service in services.items() if service["owner"]]
        asked = {f"{each}:5432" for each in (*owners, "migrate", "postgres", "cnpg-system")}
        found["postgres"] = set(), asked | {"postgres:8000", "cnpg-system:8000", "monitoring:9187"}
    return found


def _ways(rules: Iterable[Json], side: str) -> set[str]:
    """A rule that names nobody is for everybody, and one without ports for all of them."""
    return {
        f"{_named(peer)}:{port}"
        for rule in rules
        for peer in rule.get(side, [{}])
        for port in map(_port, rule.get("ports", [{}]))
    }


def _port(port: Json) -> str:
    number = str(port.get("port", "any"))
    return number if port.get("protocol", "TCP") == "TCP" else f"{number}/{port['protocol']}"


def _named(peer: Json) -> str:
    match peer:
        case {"ipBlock": block, **more} if block == ABROAD and not more:
            return "abroad"
        case {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}, **more} if (
            not more
        ):
            return str(name)
        case {"podSelector": selector, **more} if not more:
            return _selected(selector)
    return str(peer)


def _selected(selector: Json) -> str:
    labels = dict(selector.get("matchLabels", {}))
    component = labels.pop(COMPONENT, "all")
    known = {str(component): OURS, "kafka": KAFKA, "postgres": POSTGRES}
    return next((name for name, theirs in known.items() if labels == theirs), str(selector))
