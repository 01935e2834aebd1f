"""The NL GOV profile for CloudEvents 1.1, held against our records' headers, and where we differ.

Source: github.com/Logius-standaarden/NL-GOV-profile-for-CloudEvents (context attributes); prefix and content
type are those of the Kafka binding 1.0.2 (github.com/cloudevents/spec).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

Headers = Mapping[str, str]


@dataclass(frozen=True)
class EventRule:
    """`breaches` names what in the headers of a record does not keep the rule; `why_not` is why, or empty."""

    attribute: str
    says: str
    breaches: Callable[[Headers], Iterator[str]]
    why_not: str = ""


def attributes(headers: Headers) -> dict[str, str]:
    """The CloudEvents attributes of a record, without the prefix that Kafka's binding gives them."""
    return {name[3:]: value for name, value in headers.items() if name.startswith("ce_")}


def _missing(headers: Headers) -> Iterator[str]:
    yield from ({"id", "source", "specversion", "type"} - set(attributes(headers)))


def _odd_names(headers: Headers) -> Iterator[str]:
    yield from (name for name in attributes(headers) if not re.fullmatch(r"[a-z0-9]{1,20}", name))


def _empty(headers: Headers) -> Iterator[str]:
    yield from (
        name for name, value in headers.items() if not value or re.search(r"[\x00-\x1f\x7f-\x9f]", value)
    )


def _no_reverse_domain(headers: Headers) -> Iterator[str]:
    if not re.fullmatch(r"nl\.[a-z]+(\.[a-z_]+)+\.v[1-9]\d*", headers["ce_type"]):
        yield headers["ce_type"]


def _other_specversion(headers: Headers) -> Iterator[str]:
    if headers["ce_specversion"] != "1.0":
        yield headers["ce_specversion"]


def _relative_source(headers: Headers) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*:\S+", headers["ce_source"]):
        yield headers["ce_source"]


def _no_nld_source(headers: Headers) -> Iterator[str]:
    if not headers["ce_source"].startswith("urn:nld:"):
        yield headers["ce_source"]


def _no_moment(headers: Headers) -> Iterator[str]:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", headers["ce_time"]):
        yield headers["ce_time"]


def _no_json(headers: Headers) -> Iterator[str]:
    if headers.get("content-type") != "application/json":
        yield "content-type"


def _no_dataschema(headers: Headers) -> Iterator[str]:
    if "ce_dataschema" not in headers:
        yield "dataschema"


def _no_sequence(headers: Headers) -> Iterator[str]:
    if "ce_sequence" not in headers:
        yield "sequence"


EVENT_RULES: Final = (
    EventRule("", "id, source, specversion and type are there.", _missing),
    EventRule("", "Names are lower-case letters and digits, at most 20.", _odd_names),
    EventRule("", "No value is empty or has control characters.", _empty),
    EventRule("specversion", "It is 1.0.", _other_specversion),
    EventRule("type", "A reversed domain name with at most one version, after v.", _no_reverse_domain),
    EventRule("source", "An absolute URI.", _relative_source),
    EventRule(
        "source",
        "A URN with nld, the organisation's number (OIN) and the system.",
        _no_nld_source,
        "urn:noaber:aid names the part of the platform that owns the story, and readers refuse any other. "
        "Whose installation it is, is no property of an event that stays within it.",
    ),
    EventRule("time", "RFC 3339; when it was recorded, not when it happened.", _no_moment),
    EventRule("datacontenttype", "JSON.", _no_json),
    EventRule(
        "dataschema",
        "Where the shape is described.",
        _no_dataschema,
        "Optional. The type has the version of the shape, and its schema has urn:noaber:event: and the "
        "type as its $id; an address on each of a hundred thousand records says nothing more.",
    ),
    EventRule(
        "sequence",
        "The order of events.",
        _no_sequence,
        "Optional. Order is by two extensions, epoch and version, per subject: an owner's story can begin "
        "anew after a restore, which one number cannot say.",
    ),
)
"""Checked against the record of every event's example."""
