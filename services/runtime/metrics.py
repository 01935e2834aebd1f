"""Every number that a process tells Prometheus: declared here, and nowhere else.

A label is a word of ours: a route as it is declared, a topic, an outcome. Never a person, an organisation, a
request, an address or anything else without an end (`tests/unit/runtime/test_metrics.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final
from weakref import WeakMethod

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

PATH: Final = "/metrics"
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


class Kind(StrEnum):
    """How Prometheus counts it."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Metric:
    """A name, what it says, and the labels that it has; `buckets` are of a histogram, in its unit."""

    name: str
    kind: Kind
    about: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

HEALTHY: Final = Metric("noaber_healthy", Kind.GAUGE, "1 while a process makes progress, as it says itself.")
REQUESTS: Final = Metric(
    "noaber_requests_total", Kind.COUNTER, "Requests over HTTP that were answered.", ("route", "outcome")
)
COMMAND_SECONDS: Final = Metric(
    "noaber_command_seconds", Kind.HISTOGRAM, "From a command to its answer.", ("route",), SECONDS
)
RELAY_OLDEST: Final = Metric(
    "noaber_relay_oldest_seconds", Kind.GAUGE, "Age of the oldest row that is decided and not yet published."
)
RELAY_WAITING: Final = Metric("noaber_relay_waiting_rows", Kind.GAUGE, "Rows that are not yet published.")
RELAY_ACTIVE: Final = Metric(
    "noaber_relay_active", Kind.GAUGE, "1 in the one relay of an owner that is active."
)
RELAYED: Final = Metric("noaber_relayed_total", Kind.COUNTER, "Rows that were published.")
LAG: Final = Metric("noaber_lag_records", Kind.GAUGE, "Records that are not read yet.", ("topic",))
DEAD_LETTERS: Final = Metric(
    "noaber_dead_letters_total", Kind.COUNTER, "Records that can never be handled, put aside.", ("topic",)
)
STANDING: Final = Metric(
    "noaber_standing_partitions",
    Kind.GAUGE,
    "Partitions that are not read on: they need a person's word (halted) or a newer release (upgrade).",
    ("topic", "what"),
)
VIEWERS: Final = Metric("noaber_live_viewers", Kind.GAUGE, "Open sockets of pages.")
FRAMES: Final = Metric("noaber_live_frames_total", Kind.COUNTER, "Frames that were sent to pages.")
SUGGESTIONS: Final = Metric("noaber_suggestions_total", Kind.COUNTER, "Suggestions that were published.")
ORDERS: Final = Metric(
    "noaber_telephone_orders_total",
    Kind.COUNTER,
    "Calls and texts that the provider was told to make.",
    ("what", "outcome"),
)
PUSHES: Final = Metric(
    "noaber_pushes_total",
    Kind.COUNTER,
    "Push messages that services of browsers were told to bring; beside each goes a call or text.",
    ("outcome",),
)
LAST_BACKUP: Final = Metric(
    "noaber_last_backup_timestamp_seconds",
    Kind.GAUGE,
    "When the last backup was finished, 0: never; told only where `noaber backup` makes them.",
)
SEALS: Final = Metric("noaber_seals_total", Kind.COUNTER, "Links that were added to the chain of seals.")
UNSEALED: Final = Metric("noaber_unsealed_rows", Kind.GAUGE, "Published rows that stand in no seal yet.")

DECLARED: Final = (
    HEALTHY,
    REQUESTS,
    COMMAND_SECONDS,
    RELAY_OLDEST,
    RELAY_WAITING,
    RELAY_ACTIVE,
    RELAYED,
    LAG,
    DEAD_LETTERS,
    STANDING,
    VIEWERS,
    FRAMES,
    SUGGESTIONS,
    ORDERS,
    PUSHES,
    LAST_BACKUP,
    SEALS,
    UNSEALED,
)

# A series more for each, with the moment when it began: nobody asks for it.
disable_created_metrics()  # type: ignore[no-untyped-call]

_registry: Final = CollectorRegistry()
"""Of this process. A metric is in it from its first use, so a process tells only what it knows."""

_looks: Final[list[WeakMethod[Callable[[], None]]]] = []


@cache
def counter(metric: Metric) -> Counter:
    """The counter of this process."""
    assert metric.kind is Kind.COUNTER
    return Counter(metric.name, metric.about, metric.labels, registry=_registry)


@cache
def gauge(metric: Metric) -> Gauge:
    """The gauge of this process."""
    assert metric.kind is Kind.GAUGE
    return Gauge(metric.name, metric.about, metric.labels, registry=_registry)


@cache
def histogram(metric: Metric) -> Histogram:
    """The histogram of this process."""
    assert metric.kind is Kind.HISTOGRAM
    return Histogram(metric.name, metric.about, metric.labels, buckets=metric.buckets, registry=_registry)


def before_telling(look: Callable[[], None]) -> None:
    """Call this method each time somebody asks, while its object lives: what is known costs nothing then."""
    _looks.append(WeakMethod(look))


def tell_lag(lags: Mapping[str, int]) -> None:
    """Records per topic that are not read yet."""
    for topic, lag in lags.items():
        gauge(LAG).labels(topic).set(lag)


def by_topic(places: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The sum of each topic's partitions."""
    summed: dict[str, int] = {}
    for topic, number in places:
        summed[topic] = summed.get(topic, 0) + number
    return summed


def text() -> bytes:
    """Everything that this process knows, as Prometheus reads it."""
    for reference in list(_looks):
        look = reference()
        if look is None:
            _looks.remove(reference)
        else:
            look()
    _of_the_process()
    return generate_latest(_registry)


@cache
def _of_the_process() -> ProcessCollector:
    """Memory, time of the processor and open files, where the system says so."""
    return ProcessCollector(registry=_registry)
