"""The processes of a platform that runs: how they are by their own account, and what people notice."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from deploy.doctor.finding import Finding, attention, urgent
from deploy.stack import SERVICES

NOTICED: Final[Mapping[str, str]] = {
    "caddy": "nobody can open a page",
    "kafka": "what is decided is kept, and no page shows it until it is back",
    "postgres": "nobody can sign in, and nothing can be decided",
    **{each.name: each.noticed for each in SERVICES},
}
"""Process -> what people notice while it is not well."""

OFTEN: Final = 3
"""Restarts since the start: once can be a neighbour that was away for a moment."""

BEHIND: Final = 1_000
"""Records that wait to be read: some seconds of work."""


def of_processes(processes: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """`processes` as `noaber status --json` shows them."""
    return [finding for process in processes for finding in _of_process(process)]


def noticed(name: str) -> str:
    """What people notice; the second node of `live` is noticed as the first."""
    return NOTICED.get(name) or NOTICED.get(name.rpartition("-")[0], "a part of the platform stands still")


def _of_process(process: Mapping[str, Any]) -> list[Finding]:
    name = process["name"]
    logs = f"noaber logs {name}"
    if process["pid"] is None:
        return [urgent(name, f"{name} does not run; it is started again", noticed(name), logs)]
    if not process["healthy"]:
        return [urgent(name, f"{name}: {process['why']}", noticed(name), logs)]
    found = []
    if process["restarts"] >= OFTEN:
        what = f"{name} was started again {process['restarts']} times"
        found.append(attention(name, what, f"each time, {noticed(name)}", logs))
    if process["lag"] > BEHIND:
        what = f"{name} is {process['lag']} records behind"
        found.append(attention(name, what, "people see and get what was so a while ago", logs))
    return found
