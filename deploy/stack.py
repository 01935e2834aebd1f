"""The one description of the platform: which processes there are, and what each is told."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import KW_ONLY, asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from deploy.address import HERE, Address
from deploy.bootstrap import SetupFailed
from deploy.private_file import write_private
from schemas import topics
from schemas.topics import Topic
from services.runtime.push_keys import new_push_key, public_text, push_private_key
from services.runtime.settings import Mode, Seed
from services.runtime.tokens import DEMO_KEY, new_keys

OWNERS: Final = ("directory", "aid", "notification")
"""Services with a database: a role and a schema of that name each."""

DEMO_LIMITS: Final = {
    "NOABER_LIMIT_PERSON_BURST": "100000",
    "NOABER_LIMIT_PERSON_PER_MINUTE": "100000",
    "NOABER_LIMIT_ORGANISATION_BURST": "1000000",
    "NOABER_LIMIT_ORGANISATION_PER_MINUTE": "1000000",
    "NOABER_LIMIT_SIGN_IN_BURST": "100000",
    "NOABER_LIMIT_SIGN_IN_PER_MINUTE": "100000",
    "NOABER_SOCKETS_PER_SESSION": "10000",
}
"""In a demonstration one machine plays everybody, and the tests and measurements are many people at once."""

KEPT: Final = timedelta(days=8)
"""A retired key is believed as long as anything it signed may last: a guest's session, seven days."""

REAL_KEY: Final = "real-"
"""How the names of keys begin that sign people who are not made up."""

GATEWAY: Final = 0
KAFKA: Final = 9
CONTROLLER: Final = 10
POSTGRES: Final = 11
DOORS: Final = 12
"""Offsets from the base port; from DOORS on come further doors of Kafka, where there are any."""


@dataclass(frozen=True)
class Service:
    """One process of ours: `python -m module arguments`, its port's offset, and whose database it opens.

    `group`: with which part of an upgrade it is replaced, from 1 (see UPGRADE). `noticed`: what people notice
    while it is not well. `reached`: the gateway leads to it, as NOABER_ and its name in deploy/Caddyfile.
    `abroad`: it calls outside, to providers of sign-in, telephones or push messages. `alone`: never two at
    once, not even while one replaces the other.
    """

    name: str
    module: str
    offset: int
    owner: str | None = None
    arguments: tuple[str, ...] = ()
    _: KW_ONLY
    group: int
    noticed: str
    reached: bool = False
    abroad: bool = False
    alone: bool = False


def _relay(owner: str, offset: int, group: int, noticed: str) -> Service:
    module = f"services.{owner}"
    return Service(f"{owner}-relay", module, offset, owner, ("relay",), group=group, noticed=noticed)


SERVICES: Final[tuple[Service, ...]] = (
    Service(
        "directory", "services.directory", 1, "directory", group=4, reached=True, abroad=True,
        noticed="nobody can sign in, and no name or number can be read",
    ),
    _relay(
        "directory", 2, 4, "who signs in or out, and whose rights change, is not told to the other services"
    ),
    Service(
        "aid", "services.aid", 3, "aid", group=3, reached=True,
        noticed="nobody can report, ask or say yes",
    ),
    _relay("aid", 4, 3, "what is decided does not reach the pages and the matching"),
    # Two of these would fence each other by their name in the consumer group.
    Service(
        "matching", "services.matching", 5, group=1, alone=True,
        noticed="nobody new is suggested or asked; what was asked goes on",
    ),
    Service(
        "clock", "services.clock", 6, group=1, alone=True,
        noticed="deadlines pass unnoticed until somebody touches the request",
    ),
    Service("live", "services.live", 7, group=1, reached=True, noticed="pages stand still and say so"),
    # Two of this one might ring twice.
    Service(
        "notification", "services.notification", 8, "notification", group=2, reached=True, abroad=True,
        alone=True, noticed="nobody is called or texted",
    ),
    _relay("notification", 20, 2, "who was called, and what they said, does not reach the pages"),
)  # fmt: skip
"""In the order in which they start; each waits by itself for what it needs."""

BY_NAME: Final = {service.name: service for service in SERVICES}

MORE_LIVE: Final = (
    replace(BY_NAME["live"], name="live-2", offset=18),
    replace(BY_NAME["live"], name="live-3", offset=19),
)
"""Further nodes of `live`, where there are any: any of them can go on for any viewer."""

OFFSETS: Final = {service.name: service.offset for service in (*SERVICES, *MORE_LIVE)}

READS: Final[Mapping[str, tuple[Topic, ...]]] = {
    "directory": (topics.INCIDENTS,),
    "aid": (
        topics.PEOPLE,
        topics.ORGANISATIONS,
        topics.SESSIONS,
        topics.SUGGESTIONS,
        topics.ALARMS,
        topics.DELIVERIES,
    ),
    "matching": (
        topics.ORGANISATIONS,
        topics.PEOPLE,
        topics.DUTY,
        topics.LENDING,
        topics.INCIDENTS,
        topics.HELP_REQUESTS,
        topics.APPROACHES,
        topics.COMMITMENTS,
        topics.SUGGESTIONS,
    ),
    "clock": (topics.COMMITMENTS, topics.DELIVERIES),
    "live": (
        topics.INCIDENTS,
        topics.HELP_REQUESTS,
        topics.APPROACHES,
        topics.COMMITMENTS,
        topics.LOG_ENTRIES,
        topics.DUTY,
        topics.LENDING,
        topics.PEOPLE,
        topics.CONTACTS,
        topics.SESSIONS,
        topics.CARDS,
        topics.WAKE_LISTS,
        topics.DELIVERIES,
        topics.TRUSTS,
    ),
    "notification": (
        topics.APPROACHES,
        topics.BELLS,
        topics.CARDS,
        topics.CONTACTS,
        topics.DUTY,
        topics.HELP_REQUESTS,
        topics.ORGANISATIONS,
        topics.PEOPLE,
        topics.WAKE_LISTS,
    ),
}
"""Process -> the topics it reads; a test holds it against what each service's code names. A relay reads back
what it wrote."""

UPGRADE: Final = tuple(
    tuple(each.name for each in SERVICES if each.group == group)
    for group in range(1, 1 + max(each.group for each in SERVICES))
)
"""In which order a new release comes in: who only reads, then owners, each after those who read it. Some read
each other, so for them there is no such order: `aid` waits for a newer hint or call, and `directory` for a
newer incident, until it is upgraded itself a moment later."""


def is_relay(service: Service) -> bool:
    """Whether the process carries an owner's outbox to Kafka."""
    return service.arguments == ("relay",)


def writes(service: Service) -> tuple[Topic, ...]:
    """The topics that a process publishes: an owner leaves that to its relay."""
    if service.owner is not None and not is_relay(service):
        return ()
    return topics.owned_by(service.owner or service.name)


def reads(service: Service) -> tuple[Topic, ...]:
    """The topics that a process reads. Raises ValueError for one that nobody told of."""
    if is_relay(service):
        return writes(service)
    if service.name not in READS:
        raise ValueError(f"deploy/stack.py: READS has no line for {service.name}; () where it reads nothing")
    return READS[service.name]


@dataclass(frozen=True)
class Secrets:
    """Made once per home: database passwords, the key that signs sessions, what services show each other.

    `retired`: id of a key that signs no more -> since when, in ISO 8601. `push_key`: by which push services
    know this installation; empty where nothing is pushed.
    """

    passwords: dict[str, str]
    private_key: str
    public_keys: dict[str, str]
    internal_token: str
    retired: dict[str, str] = field(default_factory=dict)
    push_key: str = ""


@dataclass(frozen=True)
class Platform:
    """What differs from one running platform to another."""

    base: int
    mode: Mode
    seed: Seed
    home: Path
    secrets: Secrets
    topic_prefix: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    own_settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Process -> what it alone is told otherwise, for example the address of a detour or another clock."""
    live_nodes: int = 1
    address: Address = HERE

    def __post_init__(self) -> None:
        if not 1 <= self.live_nodes <= 1 + len(MORE_LIVE):
            raise ValueError(f"{self.live_nodes} nodes of live; there may be 1 to {1 + len(MORE_LIVE)}")

    @property
    def live(self) -> tuple[Service, ...]:
        """The nodes of `live`."""
        return (BY_NAME["live"], *MORE_LIVE[: self.live_nodes - 1])

    @property
    def services(self) -> tuple[Service, ...]:
        """Every process of ours, in the order in which they start."""
        return (*SERVICES, *self.live[1:])

    @property
    def origin(self) -> str:
        """Where people go."""
        return self.address.origin(self.base)

    @property
    def kafka(self) -> str:
        """Bootstrap address."""
        return f"127.0.0.1:{self.base + KAFKA}"

    def at(self, service: str) -> str:
        """Where another process finds a service's HTTP interface: host and port."""
        return f"127.0.0.1:{self.port(service)}"

    def port(self, service: str) -> int:
        """The port of a service's own HTTP interface."""
        return self.base + OFFSETS[service]

    def database(self, owner: str) -> str:
        """An owner's connection string: its own role, which sees its own schema."""
        password = self.secrets.passwords[owner]
        return f"postgresql://{owner}:{password}@127.0.0.1:{self.base + POSTGRES}/noaber"


def secrets_in(file: Path) -> Secrets:
    """The secrets of a home, made the first time; an owner that came later gets a password then.

    Raises SetupFailed for a file that is not whole.
    """
    if not file.exists():
        private, public = signing_keys()
        made: dict[str, Any] = {
            "passwords": {},
            "private_key": private,
            "public_keys": public,
            "internal_token": secrets.token_urlsafe(32),
        }
    else:
        made = kept_secrets(file)
    missing = [owner for owner in OWNERS if owner not in made["passwords"]]
    if missing or "push_key" not in made:
        made["passwords"] |= {owner: secrets.token_urlsafe(24) for owner in missing}
        made.setdefault("push_key", new_push_key())
        # Never half a file: without it, nothing of this home can be opened again.
        write_private(file, json.dumps(made))
    return Secrets(**made)


def kept_secrets(file: Path) -> dict[str, Any]:
    """What a file of secrets holds; nothing is made or written. Raises SetupFailed where it is not whole."""
    try:
        kept: dict[str, Any] = json.loads(file.read_text())
        Secrets(**{"push_key": "", **kept})
    except (ValueError, TypeError) as broken:
        raise SetupFailed(f"{file} cannot be read; what mends it: noaber doctor") from broken
    return kept


def signing_keys() -> tuple[str, dict[str, str]]:
    """A fresh pair under a name of its own."""
    return new_keys(f"{DEMO_KEY}{secrets.token_hex(4)}")


def write_secrets(file: Path, made: Secrets) -> None:
    """These are the secrets of the home from now on."""
    write_private(file, json.dumps(asdict(made)))


def environment(platform: Platform, service: Service) -> dict[str, str]:
    """What a service is told: nothing that it does not need."""
    base = platform.base
    told = {
        "NOABER_MODE": platform.mode,
        "NOABER_SEED": platform.seed,
        "NOABER_KAFKA": platform.kafka,
        "NOABER_TOPIC_PREFIX": platform.topic_prefix,
        "NOABER_HTTP_PORT": str(base + service.offset),
        "NOABER_DATA_HOME": str(platform.home / "data" / service.name),
        "NOABER_TOKEN_PUBLIC_KEYS": public_keys(platform.secrets, platform.mode),
        "NOABER_ALLOWED_ORIGINS": platform.address.origins(base),
    }
    if service.owner is not None:
        told["NOABER_DATABASE"] = platform.database(service.owner)
    if service.name == "directory":
        told["NOABER_TOKEN_PRIVATE_KEY"] = private_key(platform.secrets, platform.mode)
        told["NOABER_RP_ID"] = platform.address.rp_id
        told["NOABER_NOTIFICATION_URL"] = f"http://{platform.at('notification')}"
        told["NOABER_PUSH_PUBLIC_KEY"] = push_public_key(platform.secrets)
        told["NOABER_AID_URL"] = f"http://{platform.at('aid')}"
    if service.name == "notification":
        told["NOABER_PUSH_KEY"] = platform.secrets.push_key
    if service.name in ("directory", "aid", "notification") or service in platform.live:
        told["NOABER_INTERNAL_TOKEN"] = platform.secrets.internal_token
    if service.name == "notification" or service in platform.live:
        told["NOABER_CONTACT_KEYS_URL"] = f"http://{platform.at('directory')}/internal/contact-keys"
    limits = DEMO_LIMITS if platform.mode is Mode.DEMO else {}
    return {**told, **limits, **platform.settings, **platform.own_settings.get(service.name, {})}


def private_key(made: Secrets, mode: Mode) -> str:
    """The key that signs, as the directory reads it."""
    return _key_name(mode, made.private_key)


def push_public_key(made: Secrets) -> str:
    """What browsers are told; empty where nothing is pushed."""
    return public_text(push_private_key(made.push_key)) if made.push_key else ""


def public_keys(made: Secrets, mode: Mode) -> str:
    """The keys that are believed, as `Verifier` reads them."""
    return json.dumps(
        {_key_name(mode, name): key + _until(made, name) for name, key in made.public_keys.items()}
    )


def _until(made: Secrets, name: str) -> str:
    """How long a retired key is still believed; nothing for the one that signs."""
    since = made.retired.get(name)
    return f" {(datetime.fromisoformat(since) + KEPT).isoformat()}" if since is not None else ""


def _key_name(mode: Mode, name: str) -> str:
    """A key under the name of its mode: what was signed in a demonstration is refused in a real platform."""
    real = mode is Mode.REAL and name.startswith(DEMO_KEY)
    return f"{REAL_KEY}{name.removeprefix(DEMO_KEY)}" if real else name


def told_to_gateway(service: Service) -> str:
    """The setting by which the gateway finds a service."""
    return f"NOABER_{service.name.upper().replace('-', '_')}"


def _reached_at(platform: Platform, service: Service) -> str:
    nodes = platform.live if service.name == "live" else (service,)
    return " ".join(platform.at(node.name) for node in nodes)


def gateway_environment(platform: Platform, pages: Path) -> dict[str, str]:
    """What Caddy is told."""
    return {
        "NOABER_PORT": str(platform.base),
        "NOABER_BIND": "127.0.0.1",
        "NOABER_PAGES": str(pages),
        **{told_to_gateway(each): _reached_at(platform, each) for each in SERVICES if each.reached},
        "XDG_DATA_HOME": str(platform.home / "data" / "caddy"),
        "XDG_CONFIG_HOME": str(platform.home / "data" / "caddy"),
        **platform.address.told(platform.base),
        **platform.own_settings.get("caddy", {}),
    }
