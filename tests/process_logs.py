"""The end of every process's log, beside what a failed test says of the platform that its folder shares."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.running import Running

_SHOWN = pytest.StashKey[list[tuple[Path, Callable[[], Running]]]]()


def show_logs(request: pytest.FixtureRequest, conftest: str, platform: Callable[[], Running]) -> None:
    """From now on a test that fails below that conftest shows the platform's logs.

    It lasts as long as the scope of the fixture that asks. The platform is looked up only then, since a test
    may put another in its place.
    """
    request.node.stash.setdefault(_SHOWN, []).append((Path(conftest).parent, platform))


def logs_for(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """Title and last lines of each process whose log belongs beside what this test says."""
    for node in item.listchain():
        for folder, platform in node.stash.get(_SHOWN, []):
            if folder in item.path.parents:
                yield from _ends(platform())


def _ends(running: Running) -> Iterator[tuple[str, str]]:
    for child in running.supervisor.children:
        yield f"log of {child.name}", "\n".join(running.last_lines(child.name))
