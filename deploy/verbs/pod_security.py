"""What a manifest does not keep of the pod security standard "restricted", of which schemas say nothing."""

from collections.abc import Iterator
from typing import Any, Final

VOLUMES: Final = frozenset(
    {
        *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim"),
        *("projected", "secret"),
    }
)
SEALED_BY: Final = frozenset({"RuntimeDefault", "Localhost"})

Json = dict[str, Any]


def breaches(manifest: Json) -> Iterator[str]:
    """One sentence for each rule that its pods do not keep; none for what makes no pods."""
    pod = manifest.get("spec", {}).get("template", {}).get("spec")
    if pod is None:
        return
    name = f"{manifest['kind']} {manifest['metadata']['name']}"
    for each in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(each):
            yield f"{name}: {each}"
    for volume in pod.get("volumes", ()):
        if not volume.keys() - {"name"} <= VOLUMES:
            yield f"{name}: volume {volume['name']} is none of {', '.join(sorted(VOLUMES))}"
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        told = {**pod.get("securityContext", {}), **container.get("securityContext", {})}
        yield from (f"{name}, {container['name']}: {wrong}" for wrong in _wrong(container, told))


def _wrong(container: Json, told: Json) -> Iterator[str]:
    """`told`: what its own security context says, or else that of its pod."""
    capabilities = told.get("capabilities", {})
    kept = {
        "privileged": not told.get("privileged"),
        "allowPrivilegeEscalation is not false": told.get("allowPrivilegeEscalation") is False,
        "runAsNonRoot is not true": told.get("runAsNonRoot") is True,
        "runAsUser is root": told.get("runAsUser") != 0,
        "no seccompProfile": told.get("seccompProfile", {}).get("type") in SEALED_BY,
        "capabilities that are not dropped": "ALL" in capabilities.get("drop", ()),
        "capabilities that are added": {"NET_BIND_SERVICE"} >= set(capabilities.get("add", ())),
        "a port of the host": not any(port.get("hostPort") for port in container.get("ports", ())),
    }
    yield from (wrong for wrong, is_kept in kept.items() if not is_kept)
