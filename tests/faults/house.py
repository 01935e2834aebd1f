"""A platform of its own for faults: every connection through a link, every disk small, every pid known."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import httpx

from deploy.backup import KEYS, Backup, make_backup, restore
from deploy.parts.health import health_of
from deploy.parts.ports import BLOCK, answers
from deploy.parts.postgres import Postgres
from deploy.running import Running, Say, Wish
from deploy.stack import BY_NAME, DOORS, KAFKA, OWNERS, POSTGRES, SERVICES, environment
from deploy.supervisor import Child
from schemas.topics import Topic
from services.runtime.database import connected
from tests.faults.disks import Disk, RefusedWrites, SmallDisk, can_mount
from tests.faults.links import Ends, Link
from tests.faults.loop import Loop
from tests.faults.orders import Orders
from tests.faults.telephone import TOKEN, Note, Telephone

STANDBY: Final = "aid-relay-standby"
STANDBY_OFFSET: Final = BLOCK - 2
"""The last of a block is held by who took the block (`deploy/parts/ports.py`)."""

TO_KAFKA: Final = (
    "aid", "aid-relay", "directory-relay", "matching", "clock", "live", "notification", "notification-relay",
)  # fmt: skip
TO_POSTGRES: Final = (
    "aid", "aid-relay", "directory", "directory-relay", "notification", "notification-relay",
)  # fmt: skip
BEHIND_CADDY: Final = ("aid", "directory", "live")
PEOPLE: Final = "people"
TELEPHONE: Final = "telephone"
"""The provider of calls, outside the platform: what runs between the two can break both ways."""

LINKS: Final = (
    *(Ends(each, "kafka") for each in TO_KAFKA),
    *(Ends(each, "postgres") for each in TO_POSTGRES),
    *(Ends("caddy", each) for each in BEHIND_CADDY),
    Ends("live", "directory"),
    Ends("notification", "directory"),
    Ends("notification", TELEPHONE),
    Ends(TELEPHONE, "notification"),
    Ends(PEOPLE, "caddy"),
)

FIRST_PORT: Final = 8800

DISKS: Final = {"kafka": 400, "postgres": 500}
"""Megabytes; both are memory, and used only as far as something is written. Without a size: the real disk."""

FEW_FILES: Final = "max_wal_size = '96MB'\nmin_wal_size = '48MB'\n"
"""Postgres keeps a gigabyte of old log otherwise, and the small disk would be full of it."""


def _nothing(_: str, **__: Any) -> None:
    """Nobody reads the log of the telephone."""


OTHER_CODE: Final = ("PYTHONPATH", "PYTHONSAFEPATH", "PYTHONDONTWRITEBYTECODE")
"""What leads a process to the code of another release, past the checkout it is started in, and lets it leave
there what Python compiled: that shows that it ran."""


def led_to(code: Path) -> dict[str, str]:
    """For the environment of a process that is to run this code."""
    return dict(zip(OTHER_CODE, (str(code), "1", ""), strict=True))


class House:
    """The platform while the block runs; a context manager. `release`: code of ours that it starts with."""

    def __init__(
        self,
        home: Path,
        place: Path,
        loop: Loop,
        say: Say,
        megabytes: dict[str, int] = DISKS,
        *,
        note: Note = _nothing,
        release: Path | None = None,
    ) -> None:
        self.home = home
        self._release = release
        self._place = place
        self._loop = loop
        self.links = {ends: Link(ends) for ends in LINKS}
        self.telephone = Telephone(note)
        detours = tuple(self.links[Ends(each, "kafka")].port for each in TO_KAFKA)
        self._wish = Wish(home, place, first_port=_first_port(), detours=detours)
        self._say = say
        self.running = Running(self._wish, say)
        self._lead()
        self._opened = AsyncExitStack()
        self.disks: dict[str, Disk] = {}
        self.orders = Orders()
        self._megabytes = megabytes

    def __enter__(self) -> Self:
        try:
            self._make_disks()
            for link in self.links.values():
                self._loop.run(self._opened.enter_async_context(link))
            self._loop.run(self._opened.enter_async_context(self.telephone.serving()))
            self.running.__enter__()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.running.__exit__()
        self.close()

    def close(self) -> None:
        """Take away what the platform does not take away itself; its logs stay beside its place."""
        self._loop.run(self._opened.aclose())
        for link in self.links.values():
            link.leave()
        for disk in self.disks.values():
            disk.close()
        logs = self._place / "log"
        if logs.exists():
            logs.rename(self._place.with_name(self._place.name + "-log"))
        self.running.forget()

    def back_up(self, folder: Path) -> Backup:
        """A backup of the running platform in a folder, its keys beside it."""
        made = make_backup(self.home, self._place, self.base, folder, folder / KEYS)
        self._loop.run(self.orders.remember(self.superuser))
        return made

    def come_back(self, backup: Backup, folder: Path) -> float:
        """All data is lost: stop, restore a backup into the empty place as an operator would, and start.

        When it was started again: what anybody reads until then is still of the life before.
        """
        self.running.__exit__()
        for disk in self.disks.values():
            disk.close()
        Postgres(self.home, self._place / "data" / "postgres", 0).remove_all()
        shutil.rmtree(self._place / "data")
        restore(self.home, self._place, backup, folder / KEYS)
        self._make_disks()
        self.running = Running(self._wish, self._say)
        self._lead()
        anew = time.time()
        self.running.__enter__()
        return anew

    def upgrade(self, names: Collection[str]) -> None:
        """Whatever these processes run from their next start on is the code of the checkout."""
        for name in names:
            for each in OTHER_CODE:
                self.child(name).environment.pop(each, None)

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something on the loop of the links, and wait for it."""
        self._loop.run(work)

    @property
    def base(self) -> int:
        """The first port of the platform."""
        return self.running.platform.base

    @property
    def origin(self) -> str:
        """Where people go: through a link of their own."""
        return f"http://127.0.0.1:{self.links[Ends(PEOPLE, 'caddy')].port}"

    def port(self, name: str) -> int:
        """The own port of one of our processes, past every link."""
        return self.running.platform.port(name)

    @property
    def logs(self) -> Path:
        """Where every process writes its log."""
        return self._place / "log"

    @property
    def kafka_data(self) -> Path:
        """Where the broker keeps its files."""
        return self._place / "data" / "kafka"

    @property
    def kafka(self) -> str:
        """The broker's own door, which no fault touches."""
        return self.running.platform.kafka

    @property
    def superuser(self) -> str:
        """The superuser's connection string to the platform's database, past every link."""
        server = Postgres(self.home, self._place / "data" / "postgres", self.base + POSTGRES)
        return server.dsn.rsplit("/", 1)[0] + "/noaber"

    def epochs(self, *topics: Topic) -> dict[str, int]:
        """Owner -> its epoch, of those who ever wrote into one of these topics.

        It rises when all is published again; who wrote nothing there has nothing to miss.
        """
        return self._loop.run(_epochs(self.superuser, [topic.state.TYPE for topic in topics]))

    def child(self, name: str) -> Child:
        """A process by its name."""
        return next(each for each in self.running.supervisor.children if each.name == name)

    @property
    def names(self) -> list[str]:
        """Every process."""
        return [each.name for each in self.running.supervisor.children]

    def sick(self) -> dict[str, str]:
        """Who is not healthy now, and why, by their own account."""
        return {name: why for name in self.names if (why := self._trouble(name))}

    def _trouble(self, name: str) -> str:
        """Of what is not ours it is only known whether it accepts connections."""
        if name not in BY_NAME:
            port = {"caddy": 0, "kafka": KAFKA, "postgres": POSTGRES}[name]
            return "" if self.child(name).pid is not None and answers(self.base + port) else "does not answer"
        try:
            found = health_of(self.running.platform.port(name)).json()
        except (httpx.HTTPError, ValueError):
            return "does not answer"
        return "" if found["healthy"] else found["why"] or "says nothing"

    def standby(self) -> Child:
        """A second relay of `aid`, not started: it waits for the lease until the first one loses it."""
        service = replace(BY_NAME["aid-relay"], name=STANDBY, offset=STANDBY_OFFSET)
        told = environment(self.running.platform, service)
        Path(told["NOABER_DATA_HOME"]).mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", service.module, *service.arguments]
        return Child(STANDBY, partial(list, command), told)

    def empty_kafka(self) -> None:
        """Throw away all that the broker kept, and give it a new, empty store; it must not run."""
        data = self._place / "data" / "kafka"
        for each in data.iterdir():
            if each.is_dir():
                shutil.rmtree(each)
            else:
                each.unlink()
        self.running.kafka.prepare()

    def _lead(self) -> None:
        """Lead every link to where the platform listens, and tell the platform of the links."""
        for ends, link in self.links.items():
            link.to = self._behind(ends)
        self.running.platform = replace(self.running.platform, own_settings=self._own_settings())

    def _behind(self, ends: Ends) -> int:
        base = self.running.platform.base
        if ends.asked == TELEPHONE:
            return self.telephone.port
        if ends.asked == "kafka":
            return base + DOORS + TO_KAFKA.index(ends.asker)
        offsets = {"postgres": POSTGRES, "caddy": 0}
        return base + (offsets[ends.asked] if ends.asked in offsets else BY_NAME[ends.asked].offset)

    def _own_settings(self) -> dict[str, dict[str, str]]:
        platform, told = self.running.platform, {}
        people = self.links[Ends(PEOPLE, "caddy")].port
        for service in SERVICES:
            own = {"NOABER_ALLOWED_ORIGINS": f"{platform.origin},http://127.0.0.1:{people}"}
            own |= led_to(self._release) if self._release is not None else {}
            if service.name in TO_KAFKA:
                own["NOABER_KAFKA"] = f"127.0.0.1:{self.links[Ends(service.name, 'kafka')].port}"
            if service.name in TO_POSTGRES and service.owner is not None:
                port = self.links[Ends(service.name, "postgres")].port
                own["NOABER_DATABASE"] = platform.database(service.owner).replace(
                    f":{platform.base + POSTGRES}/", f":{port}/"
                )
            told[service.name] = own
        for name in ("live", "notification"):
            keys = self.links[Ends(name, "directory")].port
            told[name]["NOABER_CONTACT_KEYS_URL"] = f"http://127.0.0.1:{keys}/internal/contact-keys"
        there, back = Ends("notification", TELEPHONE), Ends(TELEPHONE, "notification")
        told["notification"] |= {
            "NOABER_TELEPHONE_URL": f"http://127.0.0.1:{self.links[there].port}",
            "NOABER_TELEPHONE_CALLBACK": f"http://127.0.0.1:{self.links[back].port}",
            "NOABER_TELEPHONE_ACCOUNT": "faults",
            "NOABER_TELEPHONE_TOKEN": TOKEN,
            "NOABER_TELEPHONE_CALLER": "+31850000000",
        }
        told["caddy"] = {
            f"NOABER_{name.upper()}": f"127.0.0.1:{self.links[Ends('caddy', name)].port}"
            for name in BEHIND_CADDY
        }
        return told

    def _make_disks(self) -> None:
        kafka, postgres = self._place / "data" / "kafka", self._place / "data" / "postgres"
        if not self._megabytes:
            return
        if not can_mount(self._place):
            for name in ("kafka", "postgres"):
                self.disks[name] = RefusedWrites(lambda name=name: self.child(name).pid)
            return
        self.disks["kafka"] = SmallDisk(kafka, self._megabytes["kafka"])
        server = Postgres(self.home, postgres, 0)
        server.prepare()
        cluster = (server.outside or postgres) / "cluster"
        with (cluster / "postgresql.auto.conf").open("a") as settings:
            settings.write(FEW_FILES)
        first = cluster.rename(cluster.with_name("first"))
        self.disks["postgres"] = SmallDisk(cluster, self._megabytes["postgres"], server.user)
        subprocess.run(["cp", "-a", f"{first}/.", str(cluster)], check=True)
        shutil.rmtree(first)


_EPOCH: Final = """
SELECT number FROM {owner}.epoch WHERE EXISTS (SELECT FROM {owner}.journal WHERE aggregate = ANY($1))
"""


async def _epochs(superuser: str, kinds: Collection[str]) -> dict[str, int]:
    async with connected(superuser) as connection:
        return {
            owner: number
            for owner in OWNERS
            if (number := await connection.fetchval(_EPOCH.format(owner=owner), list(kinds)))
        }


def _first_port() -> int:
    """Runs that start at the same moment begin to look for free ports at different places."""
    return FIRST_PORT + BLOCK * (os.getpid() % 20)
