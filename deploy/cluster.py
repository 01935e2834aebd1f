"""Writes what the chart mirrors of the platform: its processes, who calls whom, its topics, its gateway.

`python -m deploy.cluster` writes deploy/helm/files and the processes' names in the chart's schema, `--check`
only says which are stale. `secrets` prints the cluster's secrets for `kubectl apply -f -`;
`rotate [--at-once]` makes other ones first.
"""

import base64
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from deploy.bootstrap import ROOT, SetupFailed, home_of
from deploy.rotation import rotated, with_secrets
from deploy.stack import (
    OWNERS,
    SERVICES,
    UPGRADE,
    Platform,
    Secrets,
    Service,
    environment,
    gateway_environment,
    private_key,
    public_keys,
    push_public_key,
    secrets_in,
    write_secrets,
)
from schemas import generated
from schemas.setting_names import OF_SERVICES
from schemas.topics import DEAD_LETTER_CONFIG, TOPICS
from services.runtime.prepare import DEAD_LETTER_PARTITIONS
from services.runtime.settings import Mode, Seed, TraceSettings

CHART: Final = ROOT / "deploy" / "helm"
VALUES: Final = "values.schema.json"
"""Written by hand, but for the names of the processes and of their settings in it."""

HOST: Final = "{{ .Values.host }}"
"""Filled in by the chart; everything else is known here."""

PUSH: Final = ("NOABER_PUSH_KEY", "NOABER_PUSH_PUBLIC_KEY")
"""A Secret from before there were any has none: then nothing is pushed."""

SECRET: Final = ("NOABER_TOKEN_PRIVATE_KEY", "NOABER_TOKEN_PUBLIC_KEYS", "NOABER_INTERNAL_TOKEN", *PUSH)
"""What a process is told from the Secret of that name."""

DOOR: Final = "import doors/{$NOABER_DOORS:loopback}.caddy"
PASSWORD: Final = "$(NOABER_PASSWORD)"  # noqa: S105 what the cluster puts there
BASE: Final = 7400

Json = dict[str, Any]


@dataclass(frozen=True)
class Clustered(Platform):
    """The platform in a cluster: every process answers under its own name."""

    @property
    def origin(self) -> str:
        """Where people go; whoever ends TLS stands before it."""
        return f"https://{HOST}"

    @property
    def kafka(self) -> str:
        """Bootstrap address that Strimzi gives."""
        return "{{ .Release.Name }}-kafka-bootstrap:9092"

    def database(self, owner: str) -> str:
        """An owner's connection string, to whichever instance CloudNativePG writes to."""
        return f"postgresql://{owner}:{PASSWORD}@{{{{ .Release.Name }}}}-postgres-rw:5432/noaber"

    def at(self, service: str) -> str:
        """Host and port of the Service of that name."""
        return f"{{{{ .Release.Name }}}}-{service}:{self.port(service)}"


PLATFORM: Final = Clustered(
    base=BASE,
    mode=Mode.REAL,
    seed=Seed.NONE,
    home=Path(),
    secrets=Secrets(
        passwords=dict.fromkeys(OWNERS, PASSWORD), private_key="", public_keys={}, internal_token=""
    ),
    settings={
        "NOABER_ALLOWED_ORIGINS": f"https://{HOST}",
        "NOABER_DATA_HOME": "/tmp",  # noqa: S108 the container's own, in memory
        "NOABER_HTTP_HOST": "0.0.0.0",  # noqa: S104 network policies say who comes
        "NOABER_TOPIC_REPLICAS": "3",
        # One gateway stands before each, and the policies let nobody else in.
        "FORWARDED_ALLOW_IPS": "*",
    },
    own_settings={"directory": {"NOABER_RP_ID": HOST}},
)


def stack() -> Json:
    """The processes: what each runs, is told, whom it calls, and who calls it."""
    told = {service.name: environment(PLATFORM, service) for service in SERVICES}
    gateway = gateway_environment(PLATFORM, Path("/pages"))
    calls = {name: _named_in(name, values) for name, values in {**told, "gateway": gateway}.items()}
    return {
        "services": {service.name: _service(service, told[service.name], calls) for service in SERVICES},
        "gateway": {
            # Pages of yesterday stay open in browsers, so the services answer them; the other way round, no.
            "group": len(UPGRADE),
            "port": BASE,
            "calls": calls["gateway"],
            "environment": {**_told(gateway), "NOABER_BIND": "0.0.0.0"},  # noqa: S104
        },
        "owners": list(OWNERS),
    }


def _service(service: Service, told: dict[str, str], calls: dict[str, list[str]]) -> Json:
    called_by = sorted(name for name, called in calls.items() if service.name in called)
    return {
        "command": ["python", "-m", service.module, *service.arguments],
        "port": PLATFORM.port(service.name),
        "owner": service.owner or "",
        "group": service.group,
        "ready": _ready(service, called_by),
        "replace": "Recreate" if service.alone else "RollingUpdate",
        "abroad": service.abroad,
        "calls": calls[service.name],
        "calledBy": called_by,
        "secrets": [name for name in SECRET if name in told],
        "mayLack": [name for name in PUSH if name in told],
        "environment": {name: value for name, value in _told(told).items() if name not in SECRET},
    }


def _ready(service: Service, called_by: list[str]) -> str:
    """Where it says whether others may rely on it.

    What nobody calls is relied on for its progress. What is called goes on answering while Kafka is silent.
    """
    if service.name == "live":
        return "/ready"
    return "/alive" if called_by else "/health"


def _told(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if not name.startswith("XDG_")}


def _named_in(name: str, values: dict[str, str]) -> list[str]:
    """Which others a process is told to call."""
    text = " ".join(values.values())
    others = (service.name for service in SERVICES if service.name != name)
    return [other for other in others if PLATFORM.at(other) in text]


def topics() -> Json:
    """Every topic and its dead letters, as what Kafka is asked for."""
    found: Json = {}
    for topic in TOPICS:
        found[topic.name] = {"partitions": topic.partitions, "config": topic.config}
        found[topic.dead_letters] = {"partitions": DEAD_LETTER_PARTITIONS, "config": DEAD_LETTER_CONFIG}
    return found


def files() -> dict[str, str]:
    """Name -> text of each file that the chart does not say by itself."""
    return {
        "files/stack.json": json.dumps(stack(), indent=2) + "\n",
        "files/topics.json": json.dumps(topics(), indent=2) + "\n",
        "files/Caddyfile": _caddyfile(),
        VALUES: _values_schema(),
    }


def _values_schema() -> str:
    """What may stand in the chart's values: of each process, and of one that is alone no second.

    A setting that no process has is refused: a name with a slip in it would be passed over in silence.
    """
    schema = json.loads((CHART / VALUES).read_text(encoding="utf-8"))
    kinds = {each.name: "single" if each.alone else "service" for each in SERVICES}
    allowed = {name: {"$ref": f"#/$defs/{kind}"} for name, kind in kinds.items()}
    schema["properties"]["services"]["properties"] = allowed
    # Where traces go has a value of its own, which lets them out of the network as well.
    elsewhere = {f"NOABER_{field}".upper() for field in TraceSettings.model_fields}
    schema["$defs"]["settings"]["propertyNames"] = {"enum": sorted(OF_SERVICES - elsewhere)}
    return json.dumps(schema, indent=2) + "\n"


def _caddyfile() -> str:
    """The gateway's file with its one door, to which the ingress leads, in its place."""
    deploy = ROOT / "deploy"
    text = (deploy / "Caddyfile").read_text(encoding="utf-8")
    return text.replace(DOOR, (deploy / "doors" / "loopback.caddy").read_text(encoding="utf-8").rstrip())


def secret_list(made: Secrets) -> Json:
    """The manifests of the secrets: one that all share by name, and one an owner for its role in Postgres."""
    shared = {
        "NOABER_TOKEN_PRIVATE_KEY": private_key(made, Mode.REAL),
        "NOABER_TOKEN_PUBLIC_KEYS": public_keys(made, Mode.REAL),
        "NOABER_INTERNAL_TOKEN": made.internal_token,
        "NOABER_PUSH_KEY": made.push_key,
        "NOABER_PUSH_PUBLIC_KEY": push_public_key(made),
    }
    owners = [
        _secret(
            f"noaber-{owner}",
            {"username": owner, "password": made.passwords[owner]},
            "kubernetes.io/basic-auth",
        )
        for owner in OWNERS
    ]
    return {"apiVersion": "v1", "kind": "List", "items": [_secret("noaber", shared, "Opaque"), *owners]}


def _secret(name: str, values: dict[str, str], kind: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        # With the label CloudNativePG sees a new password at once.
        "metadata": {"name": name, "labels": {"cnpg.io/reload": "true"}},
        "type": kind,
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    }


def main(arguments: list[str], folder: Path = CHART) -> int:
    """Do what is asked; 1 where --check found something."""
    about = "Writes what the chart mirrors of the platform, or prints the secrets for `kubectl apply -f -`."
    told = with_secrets(generated.command("deploy.cluster", about)).parse_args(arguments)
    kept = home_of(os.environ) / "cluster" / "secrets.json"
    match told.what:
        case "secrets":
            print(json.dumps(secret_list(secrets_in(kept)), indent=2))
        case "rotate":
            if not kept.exists():
                raise SetupFailed(
                    "there are no secrets here yet; make them: python -m deploy.cluster secrets"
                )
            write_secrets(kept, rotated(secrets_in(kept), datetime.now(UTC), at_once=told.at_once))
            print(json.dumps(secret_list(secrets_in(kept)), indent=2))
        case _:
            made = {Path(name): text for name, text in files().items()}
            return generated.keep(made, folder, check=told.check)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupFailed as failed:
        sys.exit(f"Stopped: {failed}")
