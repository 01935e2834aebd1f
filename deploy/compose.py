"""Writes docker-compose.yml from the one description of the platform.

`python -m deploy.compose` writes it, `--check` only says whether it is stale. `secrets` writes the file for
`docker compose --env-file`, and `rotate [--at-once]` another one.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from deploy.bootstrap import ROOT, SetupFailed, home_of
from deploy.env_file import asked, asked_or_nothing, rotate, write_secrets
from deploy.parts.kafka import CLUSTER
from deploy.parts.kafka import SETTINGS as KAFKA_SETTINGS
from deploy.parts.ports import BASE
from deploy.rotation import with_secrets
from deploy.stack import (
    OWNERS,
    Platform,
    Secrets,
    Service,
    environment,
    gateway_environment,
)
from schemas import generated
from services.runtime.settings import Mode, Seed

FILE: Final = "docker-compose.yml"
PAGES: Final = Path("/pages")
SCRATCH: Final = "/tmp"  # noqa: S108 a container's own, in memory, with nobody else in it

HEAD: Final = """\
# Written by `python -m deploy.compose` from deploy/stack.py; change that, not this file.
#
# NOT RUN YET: written where no container engine was at hand. What was checked: README.md, "Containers".
#
#   python -m deploy.compose secrets
#   docker compose --env-file .noaber/compose/secrets.env up --build
#
# Another key signs from now on, and nobody is signed out:
#
#   docker compose --env-file .noaber/compose/secrets.env stop
#   python -m deploy.compose rotate
#   docker compose --env-file .noaber/compose/secrets.env up
#
# Our processes listen on loopback only. So they share the network of `gateway`, as in a pod: it alone has a
# port on the machine, and there they find each other where the local runner would have put them.

"""

CONFINED: Final = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}

COMMITS: Final = "SELECT pg_logical_emit_message(true, 'noaber', 'well')"
"""What only a server answers that can write and reach its disk; it leaves nothing in a table."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Composed(Platform):
    """The platform in containers: Kafka and Postgres are other hosts."""

    @property
    def kafka(self) -> str:
        """Bootstrap address."""
        return "kafka:9092"

    def database(self, owner: str) -> str:
        """An owner's connection string."""
        return f"postgresql://{owner}:{self.secrets.passwords[owner]}@postgres:5432/noaber"


def text() -> str:
    """The whole file; the same stack gives the same text."""
    return HEAD + "".join(f"{line}\n" for line in _yaml(composition(), 0))


def composition(live_nodes: int = 1) -> Json:
    """The file as data."""
    platform = _platform(live_nodes)
    services = {service.name: _service(platform, service) for service in platform.services}
    return {
        "name": "noaber",
        "services": {
            "kafka": _kafka(),
            "postgres": _postgres(),
            "prepare": _prepare(platform),
            "gateway": _gateway(platform),
            **services,
        },
        "volumes": {"kafka": {}, "postgres": {}, "pages": {}},
    }


def _platform(live_nodes: int) -> Platform:
    return Composed(
        live_nodes=live_nodes,
        base=BASE,
        mode=Mode.DEMO,
        seed=Seed.FICTITIOUS,
        home=Path("/noaber"),
        secrets=Secrets(
            passwords={owner: asked(f"{owner}_password") for owner in OWNERS},
            private_key=asked("token_private_key"),
            public_keys={},
            internal_token=asked("internal_token"),
        ),
        settings={"NOABER_TOKEN_PUBLIC_KEYS": asked("token_public_keys"), "NOABER_DATA_HOME": SCRATCH},
        own_settings={
            # A file from before there was one has none: then nothing is pushed.
            "directory": {"NOABER_PUSH_PUBLIC_KEY": asked_or_nothing("push_public_key")},
            "notification": {"NOABER_PUSH_KEY": asked_or_nothing("push_key")},
        },
    )


def _kafka() -> Json:
    settings = KAFKA_SETTINGS.format(port=9092, controller=9093, data="/var/lib/kafka/data")
    told = dict(line.split("=", 1) for line in settings.splitlines())
    # The image formats its storage without --standalone, so its controller needs voters by name.
    del told["controller.quorum.bootstrap.servers"]
    told |= {
        "controller.quorum.voters": "1@localhost:9093",
        "listeners": "PLAINTEXT://:9092,CONTROLLER://localhost:9093",
        "advertised.listeners": "PLAINTEXT://kafka:9092",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    }
    variables = {f"KAFKA_{name.replace('.', '_').upper()}": value for name, value in told.items()}
    return {
        "image": "apache/kafka:4.3.1",
        "environment": {**variables, "CLUSTER_ID": CLUSTER, "KAFKA_HEAP_OPTS": "-Xmx512m"},
        "volumes": ["kafka:/var/lib/kafka/data"],
        # It starts a Java of its own each time, so it is asked seldom.
        "healthcheck": _healthcheck(
            "/opt/kafka/bin/kafka-topics.sh", "--bootstrap-server", "kafka:9092", "--list", interval="30s"
        ),
        "restart": "unless-stopped",
    }


def _postgres() -> Json:
    return {
        "image": "postgres:18",
        "environment": {
            "POSTGRES_PASSWORD": asked("postgres_password"),
            "PGPASSWORD": asked("postgres_password"),
            "POSTGRES_INITDB_ARGS": "--auth=scram-sha-256 -E UTF8 --locale=C",
        },
        # From 18 on the image keeps its data one level below this folder.
        "volumes": ["postgres:/var/lib/postgresql"],
        "healthcheck": _healthcheck("psql", "-U", "postgres", "-h", "127.0.0.1", "-c", COMMITS),
        "restart": "unless-stopped",
    }


def _prepare(platform: Platform) -> Json:
    superuser = f"postgresql://postgres:{asked('postgres_password')}@postgres:5432/postgres"
    passwords = {f"NOABER_{owner.upper()}_PASSWORD": platform.secrets.passwords[owner] for owner in OWNERS}
    return {
        **_ours(),
        "command": ["python", "-m", "deploy.images.prepare"],
        "environment": {
            "NOABER_SUPERUSER": superuser,
            **passwords,
            "NOABER_KAFKA": platform.kafka,
            "NOABER_TOPIC_PREFIX": platform.topic_prefix,
            "NOABER_SEED": platform.seed,
            "NOABER_PAGES": str(PAGES),
        },
        "volumes": [f"pages:{PAGES}"],
        "depends_on": {
            "kafka": {"condition": "service_healthy"},
            "postgres": {"condition": "service_healthy"},
        },
    }


def _gateway(platform: Platform) -> Json:
    told = gateway_environment(platform, PAGES)
    own = {name: value for name, value in told.items() if not name.startswith("XDG_")}
    return {
        "image": "caddy:2",
        "command": ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
        "environment": {**own, "NOABER_BIND": "0.0.0.0"},  # noqa: S104 inside its own network; see `ports`
        "ports": [f"127.0.0.1:{platform.base}:{platform.base}"],
        "user": "10001:10001",
        **CONFINED,
        "tmpfs": ["/config", "/data"],
        # Caddy's file asks for it, and does not start where it cannot be had.
        "cap_add": ["NET_BIND_SERVICE"],
        "volumes": [*_mounted("Caddyfile", "doors/loopback.caddy"), f"pages:{PAGES}:ro"],
        "healthcheck": _healthcheck("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{platform.base}/"),
        "depends_on": {"prepare": {"condition": "service_completed_successfully"}},
        "restart": "unless-stopped",
    }


def _mounted(*files: str) -> Iterator[str]:
    return (f"./deploy/{file}:/etc/caddy/{file}:ro" for file in files)


def _service(platform: Platform, service: Service) -> Json:
    ask = f"import urllib.request as u; u.urlopen('http://127.0.0.1:{platform.port(service.name)}/health')"
    return {
        **_ours(),
        "command": ["python", "-m", service.module, *service.arguments],
        "environment": environment(platform, service),
        "network_mode": "service:gateway",
        "healthcheck": _healthcheck("python", "-c", ask),
        "depends_on": {
            "gateway": {"condition": "service_started", "restart": True},
            "prepare": {"condition": "service_completed_successfully"},
        },
        "restart": "unless-stopped",
    }


def _ours() -> Json:
    return {
        "image": "noaber:local",
        "build": {"context": ".", "dockerfile": "deploy/images/Dockerfile"},
        "init": True,
        **CONFINED,
        "tmpfs": [SCRATCH],
    }


def _healthcheck(*command: str, interval: str = "10s") -> Json:
    times = {"interval": interval, "timeout": "10s", "retries": 6}
    times |= {"start_period": "60s", "start_interval": "2s"}
    return {"test": ["CMD", *command], **times}


def _yaml(node: Json | list[str], depth: int) -> Iterator[str]:
    """Block style, with every value as JSON, which YAML reads the same."""
    pad = "  " * depth
    if isinstance(node, list):
        yield from (f"{pad}- {json.dumps(each)}" for each in node)
        return
    for name, value in node.items():
        if isinstance(value, dict | list) and value:
            yield f"{pad}{name}:"
            yield from _yaml(value, depth + 1)
        else:
            yield f"{pad}{name}: {json.dumps(value)}"


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Do what is asked; 1 where --check found something."""
    parser = generated.command("deploy.compose", "Writes docker-compose.yml, or the secrets it asks for.")
    told = with_secrets(parser).parse_args(arguments)
    match told.what:
        case "secrets":
            print(write_secrets(home_of(os.environ)))
        case "rotate":
            print(rotate(home_of(os.environ), datetime.now(UTC), at_once=told.at_once))
        case _:
            return generated.keep({Path(FILE): text()}, root, check=told.check)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupFailed as failed:
        sys.exit(f"Stopped: {failed}")
