"""The AsyncAPI document: every topic with its event, and the websocket, from the models we run on."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from schemas import live
from schemas.codec import headers_of
from schemas.component_names import renamed
from schemas.envelope import Envelope
from schemas.live import SOCKET, Delta, Heartbeat, Hello, Reset, Resume
from schemas.topics import TOPICS, Topic
from schemas.version import VERSION

EXAMPLES: Final = Path(__file__).resolve().parent / "examples"
_RECORDED: Final = datetime(2020, 12, 1, 8, 10, tzinfo=UTC)

Json = dict[str, Any]

HEADERS: Final[dict[str, tuple[Json, str]]] = {
    "content-type": (
        {"const": "application/json"},
        "The value is JSON: the full new state of its aggregate.",
    ),
    "ce_specversion": ({"const": "1.0"}, "CloudEvents 1.0, in Kafka's binary mode."),
    "ce_id": ({"format": "uuid"}, "This event. The same id again is the same event: it changes nothing."),
    "ce_type": (
        {"pattern": r"^nl\.noaber\.[a-z_]+\.v[1-9][0-9]*$"},
        "What it is about, and its shape's version.",
    ),
    "ce_source": ({"format": "uri"}, "The service that owns the aggregate, or computed the hint."),
    "ce_time": ({"format": "date-time"}, "When the owner recorded it, in UTC; not when it happened outside."),
    "ce_subject": ({"minLength": 1}, "The aggregate's id; the record's key too. Never a name or a number."),
    "ce_version": (
        {"pattern": "^[1-9][0-9]{0,17}$"},
        "The aggregate's version: it rises by one with each change.",
    ),
    "ce_epoch": (
        {"pattern": "^[1-9][0-9]{0,8}$"},
        "The owner's epoch: it rises when its database was restored.",
    ),
    "ce_correlationid": ({}, "The command or event that all this began with."),
    "ce_exercise": ({"enum": ["true", "false"]}, "Whether this belongs to an exercise."),
}
"""Header -> its shape beside being text, and what it says."""

_FRAMES: Final[dict[type[BaseModel], Json]] = {
    Hello: {"type": "hello", "cursor": "9f2c.eyJlIjp7fX0=", "at": "2020-12-01T08:10:00Z"},
    Delta: {
        "type": "delta",
        "cursor": "9f2c.eyJlIjp7fX0=",
        "at": "2020-12-01T08:10:00Z",
        "changed": [
            {
                "kind": "help_request",
                "id": "01936b1c-7000-7000-8000-000000000002",
                "v": [1, 2, 0],
                "level": "partner",
                "data": {"id": "01936b1c-7000-7000-8000-000000000002", "state": "open"},
            }
        ],
        "removed": [{"kind": "approach", "id": "01936b1c-7000-7000-8000-000000000004", "v": [1, 3, 0]}],
    },
    Heartbeat: {"type": "heartbeat", "cursor": "9f2c.eyJlIjp7fX0=", "at": "2020-12-01T08:10:05Z"},
    Reset: {"type": "reset", "why": "other rights"},
    Resume: {"type": "resume", "cursor": "9f2c.eyJlIjp7fX0="},
}
"""What goes over the websocket, with an example; the first four are said by the platform."""

_CLOSES: Final = (
    (live.CLOSE_SIGNED_OUT, "the session ended: sign in again"),
    (live.CLOSE_SLOW, "this client did not read: connect again and resume"),
    (live.CLOSE_TOO_MANY, "this session has as many connections as it may"),
    (live.CLOSE_FULL, "this node is full: connect again later"),
    (live.CLOSE_WORD, "the first word did not come, or more than one came"),
    (live.CLOSE_GOING_AWAY, "the node stops: connect again and resume"),
)


def document() -> Json:
    """The whole document; the same models give the same one.

    Raises ValueError for an event whose class is called like a shape within another one.
    """
    models: list[type[BaseModel]] = [*(topic.state for topic in TOPICS), *_FRAMES]
    _, shapes = models_json_schema(
        [(model, "serialization") for model in models], ref_template="#/components/schemas/{model}"
    )
    if taken := sorted({model.__name__ for model in models} - shapes["$defs"].keys()):
        raise ValueError(
            f"a shape within another event is called {', '.join(taken)}: name the class otherwise"
        )
    made = {
        "asyncapi": "3.1.0",
        "id": "urn:noaber",
        "info": {
            "title": "Noaber: topics and websocket",
            "version": VERSION,
            "description": (
                "What happens, as events. Every topic is compacted: the newest state of each key stays, that "
                "of a session until it is long over. Keep the highest (epoch, version) of each key and drop "
                "the rest. A type with a version that is new to you means: stop reading that partition and "
                "upgrade. Topics are for services beside the platform; the websocket is for people's pages "
                "and shows what that person may see."
            ),
            "license": {"name": "EUPL-1.2", "url": "https://joinup.ec.europa.eu/collection/eupl"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {"host": "{bootstrap}", "protocol": "kafka", "variables": {"bootstrap": _KAFKA}},
            "gateway": {
                "host": "{host}",
                "protocol": "wss",
                "variables": {"host": _GATEWAY},
                "security": _EITHER,
            },
        },
        "channels": {**{topic.name: _channel(topic) for topic in TOPICS}, "socket": _socket()},
        "operations": {
            **{f"publish-{topic.name}": _publishing(topic) for topic in TOPICS},
            **_conversation(),
        },
        "components": {
            "schemas": {name: _draft_07(shape) for name, shape in shapes["$defs"].items()},
            "messages": {**{_name(topic): _event(topic) for topic in TOPICS}, **_frames()},
            "messageTraits": {"cloudevent": {"headers": headers_schema()}},
            "securitySchemes": {"session": _SESSION, "system": _SYSTEM},
        },
    }
    return renamed(made)


_KAFKA: Final = {"description": "Kafka's bootstrap address, within the platform.", "default": "kafka:9092"}
_GATEWAY: Final = {"description": "Where people go too: one origin.", "default": "localhost"}
_EITHER: Final = [{"$ref": f"#/components/securitySchemes/{each}"} for each in ("session", "system")]
_SYSTEM: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A system's token, from `POST /api/directory/systems/token`; it counts for 15 minutes.",
}
_SESSION: Final = {
    "type": "httpApiKey",
    "in": "cookie",
    "name": "__Host-noaber_session",
    "description": "The cookie of a session; `noaber_session` where the platform has no TLS.",
}


def headers_schema() -> Json:
    """The headers of every record."""
    properties = {
        name: {"type": "string", "description": says, **shape} for name, (shape, says) in HEADERS.items()
    }
    return {"type": "object", "required": list(HEADERS), "properties": properties}


def example_of(topic: Topic) -> Json:
    """A complete state of that topic, as it stands among the examples."""
    path = EXAMPLES / f"{topic.state.TYPE}.v{topic.state.VERSION}.json"
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def envelope_of_example(topic: Topic) -> Envelope:
    """What stands in the headers of that example's record."""
    state = topic.state.model_validate(example_of(topic))
    return Envelope(
        id=UUID("01936b1c-7000-7000-8000-0000000000e1"),
        type=state.event_type(),
        source=f"urn:noaber:{topic.owner}",
        time=_RECORDED,
        key=state.key,
        version=3,
        epoch=1,
        correlation="01936b1c-7000-7000-8000-0000000000c1",
        exercise=bool(getattr(state, "exercise", False)),
    )


def example_headers(topic: Topic) -> dict[str, str]:
    """The headers as the codec writes them."""
    return {name: value.decode() for name, value in headers_of(envelope_of_example(topic))}


def _name(topic: Topic) -> str:
    return f"{topic.state.TYPE}.v{topic.state.VERSION}"


def _channel(topic: Topic) -> Json:
    hint = f" Hints about what `{topic.about}` owns: the newest counts." if topic.about else ""
    dead = f"What could not be read stands in `{topic.dead_letters}`."
    return {
        "address": topic.name,
        "title": topic.name,
        "description": f"Published by `{topic.owner}`.{hint} {dead}",
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {topic.state.TYPE: {"$ref": f"#/components/messages/{_name(topic)}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": topic.config["cleanup.policy"].split(",")},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _publishing(topic: Topic) -> Json:
    return {
        "action": "send",
        "summary": f"{topic.owner} publishes each new state",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{topic.state.TYPE}"}],
    }


def _event(topic: Topic) -> Json:
    state = topic.state
    return {
        "name": state.event_type(),
        "title": state.TYPE.replace("_", " "),
        "summary": (state.__doc__ or "").strip().partition("\n")[0],
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "payload": {"$ref": f"#/components/schemas/{state.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The aggregate's id."}}},
        "examples": [{"name": _name(topic), "headers": example_headers(topic), "payload": example_of(topic)}],
    }


def _frames() -> Json:
    return {
        model.__name__.lower(): {
            "title": model.__name__,
            "summary": (model.__doc__ or "").strip(),
            "contentType": "application/json",
            "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
            "examples": [{"name": model.__name__.lower(), "payload": example}],
        }
        for model, example in _FRAMES.items()
    }


def _socket() -> Json:
    closes = "; ".join(f"{code}: {why}" for code, why in _CLOSES)
    return {
        "address": SOCKET,
        "title": "The websocket of a page",
        "description": (
            "Fetch the snapshot, connect, say where you were in one message, and hear what changed since. "
            f"Close codes: {closes}."
        ),
        "servers": [{"$ref": "#/servers/gateway"}],
        "messages": {
            name: {"$ref": f"#/components/messages/{name}"}
            for name in (each.__name__.lower() for each in _FRAMES)
        },
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
    }


def _conversation() -> Json:
    def about(action: str, summary: str, *models: type[BaseModel]) -> Json:
        names = [model.__name__.lower() for model in models]
        return {
            "action": action,
            "summary": summary,
            "channel": {"$ref": "#/channels/socket"},
            "messages": [{"$ref": f"#/channels/socket/messages/{name}"} for name in names],
        }

    said = [model for model in _FRAMES if model is not Resume]
    return {
        "hear-where-a-page-was": about("receive", "The one message of a page, its first", Resume),
        "show-what-changed": about("send", "What changed for this viewer", *said),
    }


def _draft_07(shape: Any) -> Any:
    """AsyncAPI's own schemas are JSON Schema draft 7, where the items of a tuple are called `items`."""
    if isinstance(shape, list):
        return [_draft_07(each) for each in shape]
    if not isinstance(shape, dict):
        return shape
    found = {key: _draft_07(value) for key, value in shape.items()}
    if isinstance(found.get("prefixItems"), list):
        found["items"] = found.pop("prefixItems")
    return found
