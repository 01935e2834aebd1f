"""A policy that lets a process reach, or be reached by, others than the platform tells it of is named."""

from typing import Any

import pytest

from deploy.verbs.policies import COMPONENT, differences

STACK = {"services": {"aid": {"calls": ["live"], "owner": "aid", "abroad": True, "calledBy": ["gateway"]}}}
KAFKA = {"podSelector": {"matchLabels": {"strimzi.io/cluster": "noaber"}}}
POSTGRES = {"podSelector": {"matchLabels": {"cnpg.io/cluster": "noaber-postgres"}}}
OUTSIDE = {"ipBlock": {"cidr": "0.0.0.0/0"}}
PROMETHEUS = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}


def pod(name: str) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": {COMPONENT: name}}}


def said(reaches: list[Any], reached_by: list[Any], name: str = "aid") -> list[str]:
    spec = {**pod(name), "egress": [{"to": [each]} for each in reaches], "ingress": [{"from": reached_by}]}
    made = [{"kind": "NetworkPolicy", "spec": spec}, {"kind": "Service", "spec": {}}]
    return list(differences(made, STACK, traced=False))


RIGHT = [KAFKA, POSTGRES, OUTSIDE, pod("live")]
ASKING = [PROMETHEUS, pod("gateway")]


def test_a_policy_that_says_what_the_platform_does_is_passed_over() -> None:
    assert said(RIGHT, ASKING) == []


@pytest.mark.parametrize(
    ("reaches", "reached_by"),
    [
        (RIGHT[1:], ASKING),
        ([*RIGHT, pod("directory")], ASKING),
        (RIGHT[:-1], ASKING),
        (RIGHT, ASKING[:1]),
        (RIGHT, [*ASKING, pod("live")]),
    ],
)
def test_one_more_or_one_less_is_named(reaches: list[Any], reached_by: list[Any]) -> None:
    (found,) = said(reaches, reached_by)
    assert found.startswith(("aid reaches ", "aid is reached by "))


def test_a_process_without_a_policy_is_named() -> None:
    assert said(RIGHT, ASKING, "another") == ["aid has no policy"]
