"""A policy that lets a pod reach, or be reached by, others than the platform tells it of is named."""

from typing import Any

import pytest

from deploy.verbs.policies import ABROAD, COMPONENT, KAFKA, OURS, POSTGRES, differences

STACK = {
    "services": {
        "aid": {"port": 7403, "calls": ["live"], "owner": "aid", "abroad": True, "calledBy": ["gateway"]},
        "live": {"port": 7407, "calls": [], "owner": "", "abroad": False, "calledBy": ["aid"]},
    },
    "gateway": {"port": 7400, "calls": ["aid"]},
}
BOTH = ["Ingress", "Egress"]
ABOUT_KAFKA = [{"podSelector": {"matchLabels": KAFKA}}, 9092]
ABOUT_POSTGRES = [{"podSelector": {"matchLabels": POSTGRES}}, 5432]


def pod(name: str) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": {**OURS, COMPONENT: name}}}


def space(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def rules(side: str, *ways: list[Any]) -> list[dict[str, Any]]:
    return [{side: [peer], "ports": [{"port": each} for each in ports]} for peer, *ports in ways]


def policies() -> dict[str, dict[str, Any]]:
    """As they should be."""
    egress: dict[str, list[Any]] = {
        "aid": [ABOUT_KAFKA, ABOUT_POSTGRES, [pod("live"), 7407], [{"ipBlock": ABROAD}, 443]],
        "live": [ABOUT_KAFKA],
        "gateway": [[pod("aid"), 7403]],
        "migrate": [ABOUT_KAFKA, ABOUT_POSTGRES],
    }
    ingress: dict[str, list[Any]] = {
        "aid": [[space("monitoring"), 7403], [pod("gateway"), 7403]],
        "live": [[space("monitoring"), 7407], [pod("aid"), 7407]],
        "gateway": [[space("ingress-nginx"), 7400]],
    }
    made = {
        name: {
            **pod(name),
            "policyTypes": BOTH,
            "egress": rules("to", *reaches),
            "ingress": rules("from", *ingress.get(name, ())),
        }
        for name, reaches in egress.items()
    }
    names = [{"to": [space("kube-system")], "ports": [{"port": 53}, {"port": 53, "protocol": "UDP"}]}]
    made["all"] = {"podSelector": {"matchLabels": OURS}, "policyTypes": BOTH, "egress": names}
    asking = [[pod(each), 5432] for each in ("aid", "migrate")]
    itself = [[each, 5432, 8000] for each in (ABOUT_POSTGRES[0], space("cnpg-system"))]
    made["postgres"] = {
        "podSelector": {"matchLabels": POSTGRES},
        "policyTypes": ["Ingress"],
        "ingress": rules("from", *asking, *itself, [space("monitoring"), 9187]),
    }
    return made


def said(
    made: dict[str, dict[str, Any]], kafka: object = ({"podSelector": {"matchLabels": OURS}},)
) -> list[str]:
    peers = {} if kafka is None else {"networkPolicyPeers": kafka}
    others = [
        {"kind": "Cluster", "spec": {}},
        {"kind": "Kafka", "spec": {"kafka": {"listeners": [peers]}}},
    ]
    return list(
        differences(
            [*({"kind": "NetworkPolicy", "spec": spec} for spec in made.values()), *others],
            STACK,
            traces=None,
        )
    )


def test_policies_that_say_what_the_platform_does_are_passed_over() -> None:
    assert said(policies()) == []


@pytest.mark.parametrize("side", ["egress", "ingress"])
@pytest.mark.parametrize("name", ["aid", "gateway", "postgres"])
def test_one_more_or_one_less_and_another_port_are_named(name: str, side: str) -> None:
    way, key = ("reaches", "to") if side == "egress" else ("is reached by", "from")
    right = policies()[name].get(side, [])
    anybody, everywhere = {"ports": [{"port": 7403}]}, {key: [pod("live")]}
    more = (
        rules(key, [pod("clock"), 7403]),
        rules(key, [{**pod("aid"), **space("x")}, 5432]),
        [anybody],
        [everywhere],
    )
    for wrong in (*(right + each for each in more), *([right[1:]] if right else ())):
        (found,) = said({**policies(), name: {**policies()[name], side: wrong}})
        assert found.startswith(f"{name} {way} ")


def test_a_pod_without_a_policy_and_a_policy_of_something_else_are_named() -> None:
    made = policies()
    del made["migrate"]
    assert said(made) == ["migrate has no policy"]
    (found,) = said({**policies(), "clock": {**pod("clock"), "policyTypes": BOTH}})
    assert found.startswith("there are policies of ['aid', 'all', 'clock', ")


def test_a_policy_of_one_direction_leaves_the_other_open() -> None:
    (found,) = said({**policies(), "migrate": {**policies()["migrate"], "policyTypes": ["Egress"]}})
    assert found == "migrate has a policy of ['Egress'], and should have one of ['Ingress', 'Egress']"


@pytest.mark.parametrize("peers", [None, [{}], [pod("aid")]])
def test_a_kafka_that_others_reach_is_named(peers: object) -> None:
    (found,) = said(policies(), peers)
    assert found.startswith("kafka is reached by ")
