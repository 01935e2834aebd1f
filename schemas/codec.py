"""Between bytes and events: the one place that reads and writes records."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from schemas.envelope import Envelope, Event, Record
from schemas.state import State
from schemas.topics import BY_TYPE
from schemas.upcast import lift
from schemas.values import EVENT_LIMIT, Moment

_TYPE: Final = re.compile(r"^nl\.noaber\.([a-z_]+)\.v(\d{1,6})$")
_CONTENT_TYPE: Final = b"application/json"
_TRACE: Final = "traceparent"
"""Under its own name, and not as a CloudEvents extension: that is where tools look for it."""

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
"""A version: what a bigint of Postgres holds."""

_EPOCH: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_EXPONENT: Final = re.compile(rb"[\[:,\s]-?[0-9.]+[eE]\+?[0-9]{3}")
_DIGITS: Final = bytes.maketrans(b"123456789", b"000000000")
_LONG: Final = b"0" * 16

EXACT: Final = 2**53
"""Whole numbers above it are other ones in a browser, and counting with endless ones fails anywhere."""


class Undecodable(Exception):
    """The record breaks the contract and can never be read: a dead letter."""


class NewerVersion(Exception):
    """The record is of a type version this reader does not know yet: the partition waits for an upgrade."""


class TooLarge(Exception):
    """The state is larger than an event may be (256 KiB)."""


def state_bytes(state: State) -> bytes:
    """The exact bytes that are journalled and published. Raises TooLarge above 256 KiB."""
    encoded = state.model_dump_json().encode()
    if len(encoded) > EVENT_LIMIT:
        raise TooLarge(f"{state.TYPE} {state.key} is {len(encoded)} bytes; the limit is {EVENT_LIMIT}")
    return encoded


def headers_of(envelope: Envelope) -> tuple[tuple[str, bytes], ...]:
    """CloudEvents headers in Kafka's binary mode; our extensions are in lower case as the standard asks."""
    fields = {
        "ce_specversion": "1.0",
        "ce_id": str(envelope.id),
        "ce_type": envelope.type,
        "ce_source": envelope.source,
        "ce_time": envelope.time.isoformat(),
        "ce_subject": envelope.key,
        "ce_version": str(envelope.version),
        "ce_epoch": str(envelope.epoch),
        "ce_correlationid": envelope.correlation,
        "ce_exercise": "true" if envelope.exercise else "false",
    }
    if envelope.traceparent:
        fields[_TRACE] = envelope.traceparent
    return (("content-type", _CONTENT_TYPE), *((name, text.encode()) for name, text in fields.items()))


def encode(envelope: Envelope, value: bytes) -> Record:
    """A record from an envelope and the bytes of its state."""
    return Record(envelope.key.encode(), value, headers_of(envelope))


def envelope_of(record: Record) -> tuple[str, Envelope]:
    """The aggregate's type and the envelope, without a look at the state. Raises Undecodable."""
    headers = dict(record.headers)
    name, _ = _type_of(headers)
    return name, _envelope(record, headers)


def order_of(headers: Sequence[tuple[str, bytes]]) -> tuple[int, int]:
    """(epoch, version) of a record, from these two headers alone. Raises Undecodable."""
    named = dict(headers)
    try:
        return _counted(named["ce_epoch"], _EPOCH), _counted(named["ce_version"], _NUMBER)
    except (KeyError, ValueError) as error:
        raise Undecodable(f"header {error}") from error


def decode(record: Record) -> Event:
    """The event in a record. Raises Undecodable or NewerVersion."""
    headers = dict(record.headers)
    name, version = _type_of(headers)
    topic = BY_TYPE.get(name)
    if topic is None:
        raise Undecodable(f"unknown type {name!r}")
    if version > topic.state.VERSION:
        raise NewerVersion(f"{name} v{version} is newer than v{topic.state.VERSION}, which this reader knows")
    envelope = _envelope(record, headers)
    state = _state(topic.state, name, version, record.value)
    if state.key != envelope.key:
        raise Undecodable(f"key {envelope.key!r} is not the id of the state, {state.key!r}")
    return Event(envelope, state)


def _type_of(headers: dict[str, bytes]) -> tuple[str, int]:
    found = _TYPE.match(headers.get("ce_type", b"").decode("utf-8", "replace"))
    if found is None:
        raise Undecodable("header ce_type is missing or not ours")
    return found[1], int(found[2])


def _envelope(record: Record, headers: dict[str, bytes]) -> Envelope:
    try:
        text = {name: value.decode() for name, value in headers.items()}
        if any("\0" in each for each in (*text, *text.values())):
            raise ValueError("the character NUL cannot be stored")
        return Envelope(
            id=UUID(text["ce_id"]),
            type=text["ce_type"],
            source=text["ce_source"],
            time=_MOMENT.validate_python(datetime.fromisoformat(text["ce_time"])),
            key=record.key.decode(),
            version=_whole(text["ce_version"], _NUMBER),
            epoch=_whole(text["ce_epoch"], _EPOCH),
            correlation=text["ce_correlationid"],
            exercise={"true": True, "false": False}[text["ce_exercise"]],
            traceparent=text.get(_TRACE, ""),
        )
    except (KeyError, ValueError) as error:
        raise Undecodable(f"header {error}") from error


def _state(model: type[State], name: str, version: int, value: bytes) -> State:
    if len(value) > EVENT_LIMIT:
        raise Undecodable(f"{len(value)} bytes; the limit is {EVENT_LIMIT}")
    try:
        suspect = _is_suspect(value)
        if version == model.VERSION and not suspect:
            # Nothing to lift, which is nearly always: parsed and validated in one go, in half the time.
            return model.model_validate_json(value)
        data: Any = _JSON.decode(value.decode())
        if suspect:
            _check_plain(data)
        if not isinstance(data, dict):
            raise Undecodable("the value is not a JSON object")
        return model.model_validate(lift(name, version, model.VERSION, data))
    except (ValidationError, ValueError, KeyError, RecursionError) as error:
        raise Undecodable(f"{name} v{version}: {_what_is_wrong(error)}") from error


def _what_is_wrong(error: Exception) -> str:
    """Where it breaks the contract and how, without a word of what stands there: logs repeat it."""
    if not isinstance(error, ValidationError):
        return str(error)
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['type']}" for each in found[:5])


def _is_suspect(value: bytes) -> bool:
    """Whether something stands here in which `_check_plain` could find what it refuses.

    Every record is asked: as one expression with alternatives this took three times as long.
    """
    return (
        _LONG in value.translate(_DIGITS)
        or b"\\u0000" in value
        or b"NaN" in value
        or b"Infinity" in value
        or _EXPONENT.search(value) is not None
    )


@lru_cache(4_096)
def _counted(text: bytes, shape: re.Pattern[str]) -> int:
    # The same few numbers stand on nearly all of a hundred thousand records.
    return _whole(text.decode(), shape)


def _whole(text: str, shape: re.Pattern[str]) -> int:
    if shape.fullmatch(text) is None:
        raise ValueError(f"{text[:40]!r} is no number of ours")
    return int(text)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _check_plain(value: object) -> None:
    """Refuse what Postgres cannot store or nobody can count with: NUL, endless and inexact numbers."""
    if isinstance(value, str) and "\0" in value:
        raise ValueError("the character NUL cannot be stored")
    if isinstance(value, int | float) and not -EXACT <= value <= EXACT:
        raise ValueError("a number is too large")
    if isinstance(value, dict):
        _check_plain([*value, *value.values()])
    elif isinstance(value, list):
        for each in value:
            _check_plain(each)


_JSON: Final = json.JSONDecoder(parse_constant=_refuse)
_MOMENT: Final[TypeAdapter[datetime]] = TypeAdapter(Moment)
