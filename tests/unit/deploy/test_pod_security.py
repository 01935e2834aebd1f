"""Each rule of the pod security standard "restricted" is seen broken, in a pod that keeps all others."""

import copy
from typing import Any

import pytest

from deploy.verbs.pod_security import breaches

CONFINED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
KEPT = {
    "kind": "Deployment",
    "metadata": {"name": "aid"},
    "spec": {
        "template": {
            "spec": {
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "volumes": [{"name": "tmp", "emptyDir": {}}],
                "initContainers": [{"name": "wait", "securityContext": CONFINED}],
                "containers": [{"name": "aid", "securityContext": CONFINED, "ports": [{"name": "http"}]}],
            }
        }
    },
}


def changed(place: str, value: Any) -> Any:
    made: Any = copy.deepcopy(KEPT)
    found = made["spec"]["template"]["spec"]
    *way, last = place.split("/")
    for part in way:
        found = found[int(part) if part.isdigit() else part]
    found[last] = value
    return made


def test_a_pod_that_keeps_every_rule_and_what_makes_no_pods_break_none() -> None:
    assert list(breaches(KEPT)) == []
    assert list(breaches({"kind": "Service", "metadata": {"name": "aid"}, "spec": {}})) == []


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("hostNetwork", True, "aid: hostNetwork"),
        ("hostPID", True, "aid: hostPID"),
        ("volumes", [{"name": "disk", "hostPath": {"path": "/"}}], "aid: volume disk"),
        ("securityContext/runAsNonRoot", False, "aid, wait: runAsNonRoot"),
        ("securityContext/seccompProfile", {"type": "Unconfined"}, "aid, wait: no seccompProfile"),
        ("initContainers/0/securityContext", {}, "aid, wait: allowPrivilegeEscalation"),
        ("containers/0/securityContext/runAsUser", 0, "aid, aid: runAsUser is root"),
        ("containers/0/securityContext/privileged", True, "aid, aid: privileged"),
        ("containers/0/securityContext/capabilities", {"drop": ["KILL"]}, "aid, aid: capabilities that"),
        (
            "containers/0/securityContext/capabilities/add",
            ["SYS_ADMIN"],
            "aid, aid: capabilities that are added",
        ),
        ("containers/0/ports", [{"hostPort": 80}], "aid, aid: a port of the host"),
    ],
)
def test_a_broken_rule_is_named_with_its_container(place: str, value: Any, said: str) -> None:
    assert f"Deployment {said}" in "\n".join(breaches(changed(place, value)))
