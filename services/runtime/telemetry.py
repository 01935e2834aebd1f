"""Tells a collector of traces what one command did here; what is not sampled costs nothing.

Spans are told when they are over, from the trace that the journal and the records of Kafka carry: so no span
has to be held open between processes, and without an address the SDK is not even loaded.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from services.runtime.settings import TraceSettings
from services.runtime.trace import Trace, working_on

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor

Attributes = Mapping[str, str | int | float]
"""Never a name, a number or anything else that somebody typed: ids, counts and our own words."""


class Teller:
    """Where this process sends its spans."""

    def __init__(self, processor: "SpanProcessor", resource: "Resource", share: float) -> None:
        self._processor = processor
        self._resource = resource
        self.share = share

    def tell(self, name: str, trace: Trace, began: int, ended: int, attributes: Attributes) -> None:
        """One span that is over; times in nanoseconds since 1970."""
        from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415 only where traces are wanted
        from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415

        def context(span: str) -> SpanContext:
            flags = TraceFlags(TraceFlags.SAMPLED)
            return SpanContext(int(trace.trace, 16), int(span, 16), is_remote=False, trace_flags=flags)

        self._processor.on_end(
            ReadableSpan(
                name,
                context=context(trace.span),
                parent=context(trace.parent) if trace.parent else None,
                resource=self._resource,
                attributes=attributes,
                start_time=began,
                end_time=ended,
            )
        )


_teller: Final[list[Teller]] = []
"""One or none."""


def start(settings: TraceSettings, process: str) -> None:
    """From now on sampled traces are sent, where the settings say so."""
    if not settings.traces_url:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource({"service.name": process, "process.pid": os.getpid()})
    processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.traces_url))
    send_to(Teller(processor, resource, settings.trace_share))


def send_to(teller: Teller) -> None:
    """Tell this one from now on."""
    _teller[:] = [teller]


def share() -> float:
    """The share of what is asked that is sampled here."""
    return _teller[0].share if _teller else 0.0


def listens() -> bool:
    """Whether anybody is told."""
    return bool(_teller)


def tell(name: str, trace: Trace, began: int, **attributes: str | int | float) -> None:
    """A span that is over now, where its trace is sampled and somebody listens."""
    if _teller and trace.sampled:
        _teller[0].tell(name, trace, began, time.time_ns(), attributes)


@contextmanager
def step(name: str, trace: Trace | None, **attributes: str | int | float) -> Iterator[None]:
    """The block is the next span of that trace, also where it fails; without a trace it is nobody's."""
    mine = None if trace is None else trace.child()
    began = time.time_ns()
    try:
        with working_on(mine):
            yield
    finally:
        if mine is not None:
            tell(name, mine, began, **attributes)
