"""How long a start takes on a machine that has run it before and on an empty home; what is in memory then."""

import gzip
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deploy.parts import frontend
from deploy.running import Running, Wish
from tests.bench.machine import resident_bytes
from tests.bench.rows import Row
from tests.bench.setting import Setting
from tests.bench.trials import Trial

PAGES: Final = {".js": "scripts", ".css": "styles", ".woff2": "fonts"}
MIB: Final = 1024 * 1024


def measure(setting: Setting) -> Iterator[Row]:
    """Cold: no data, so the cluster, topics, schemas and made-up people are made. Warm: the data is there.

    What is fetched and built once per machine (Python packages, Kafka, the pages) is there in both.
    """
    built = frontend.build(setting.home)
    place, figures = setting.scratch / "platform", {}

    def cold() -> Trial:
        # Postgres stands outside when root starts it: only `forget` takes all of it.
        began = time.monotonic()
        with Running(Wish(setting.home, place, first_port=9000)) as running:
            seconds = time.monotonic() - began
        running.forget()
        return Trial({"s": seconds})

    def warm() -> Trial:
        began = time.monotonic()
        with Running(Wish(setting.home, place, first_port=9000)) as running:
            seconds = time.monotonic() - began
            figures.update(_memory(running))
        return Trial({"s": seconds, **figures})

    yield setting.row("cold start until everything is healthy", "s", setting.compare(cold), "s")
    with Running(Wish(setting.home, place, first_port=9000)) as first:
        pass
    pairs = setting.compare(warm)
    yield setting.row("warm start until everything is healthy", "s", pairs, "s")
    for name in figures:
        yield setting.row(f"memory of {name}", "MiB", pairs, name)
    first.forget()
    sizes = setting.compare(lambda: Trial(_sizes(built)))
    for name in ("all files", *PAGES.values()):
        yield setting.row(f"front end, {name}, gzip", "KiB", sizes, name)


def _memory(running: Running) -> dict[str, float]:
    """MiB of every process with its children; pages that are shared count once."""
    children = running.supervisor.children
    return {each.name: resident_bytes(each.pid) / MIB for each in children if each.pid is not None}


def _sizes(folder: Path) -> dict[str, float]:
    """KiB as they travel, by what they are."""
    found = dict.fromkeys(("all files", *PAGES.values()), 0.0)
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix not in (".map", ".br"):
            size = len(gzip.compress(file.read_bytes())) / 1024
            found["all files"] += size
            if file.suffix in PAGES:
                found[PAGES[file.suffix]] += size
    return found
