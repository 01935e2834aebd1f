"""`noaber status`: how every process is, by its own account of its progress."""

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

import click
import httpx

from deploy.bootstrap import home_of
from deploy.noaber.state import read_state
from deploy.parts.health import health_of
from deploy.parts.ports import answers
from deploy.stack import KAFKA, OFFSETS, POSTGRES

OWN_PORT: Final = {"caddy": 0, "kafka": KAFKA, "postgres": POSTGRES}
"""Processes that are not ours: they are healthy when they accept connections."""


@click.command(epilog="Example: noaber status --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def status(as_json: bool) -> None:  # noqa: FBT001 an option of the command line
    """Say how the platform is; exit code 0 only if everything is healthy."""
    found = look(home_of(os.environ))
    if as_json:
        click.echo(json.dumps(found))
    else:
        _print(found)
    sys.exit(0 if found["healthy"] else 1)


def look(home: Path) -> dict[str, Any]:
    """How the platform of this home is, as `seen`; nothing is healthy where none runs."""
    state = read_state(home)
    return {"healthy": False, "url": "", "processes": [], "viewers": 0} if state is None else seen(state)


def seen(state: dict[str, Any]) -> dict[str, Any]:
    """{"healthy", "url", "processes": [...], "viewers"} of the platform that wrote this state.

    A process is {"name", "pid", "healthy", "restarts", "memory_mb", "lag", "why"}.
    """
    asked = [_ask(each, int(state["base"])) for each in state["processes"]]
    viewers = sum(each.pop("viewers") for each in asked)
    healthy = all(each["healthy"] for each in asked)
    return {"healthy": healthy, "url": state["origin"], "processes": asked, "viewers": viewers}


def _ask(process: dict[str, Any], base: int) -> dict[str, Any]:
    health = ask_health(process["name"], base)
    if process["failing"]:
        health = {**health, "healthy": False, "why": "failing: it died five times within a minute"}
    return {
        "name": process["name"],
        "pid": process["pid"],
        "healthy": bool(health["healthy"]) and process["pid"] is not None,
        "restarts": process["restarts"],
        "memory_mb": _memory(process["pid"]),
        "lag": health["lag"],
        "why": health["why"],
        "viewers": health["viewers"],
    }


def ask_health(name: str, base: int) -> dict[str, Any]:
    """What a process says of itself: {"healthy", "why", "lag", "viewers"}."""
    silent = {"healthy": False, "why": "does not answer", "lag": 0, "viewers": 0}
    if name in OWN_PORT:
        alive = answers(base + OWN_PORT[name])
        return {**silent, "healthy": alive, "why": "" if alive else silent["why"]}
    try:
        found: dict[str, Any] = health_of(base + OFFSETS[name], 3).json()
    except (httpx.HTTPError, ValueError):
        return silent
    return found


def _memory(pid: int | None) -> int:
    """Resident megabytes; 0 where the system does not say."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def _print(found: dict[str, Any]) -> None:
    if not found["processes"]:
        click.echo("No platform of this folder runs. Start one: make demo")
        return
    click.echo(
        f"{found['url']}  {'healthy' if found['healthy'] else 'NOT healthy'}  viewers: {found['viewers']}"
    )
    for each in found["processes"]:
        word = "ok" if each["healthy"] else "NOT OK"
        click.echo(
            f"  {each['name']:18} {word:7} pid {each['pid']!s:8} restarts {each['restarts']:<3} "
            f"{each['memory_mb']:>5} MB  lag {each['lag']:<6} {each['why']}"
        )
