"""A collector of traces, as processes find it at NOABER_TRACES_URL: it keeps what it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Told:
    """One span: which process told it, of which trace, after which other span."""

    process: str
    name: str
    span: str
    parent: str
    attributes: dict[str, Any]


class Collector:
    """Spans by trace."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._spans: dict[str, list[Told]] = {}

    def take(self, body: bytes) -> None:
        """What one process sends."""
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = _plain(group.resource.attributes)
            for scope in group.scope_spans:
                for span in scope.spans:
                    told = Told(
                        named["service.name"],
                        span.name,
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        _plain(span.attributes),
                    )
                    self._spans.setdefault(span.trace_id.hex(), []).append(told)

    @property
    def traces(self) -> int:
        """How many it was told of."""
        return len(self._spans)

    def of(self, trace: str) -> dict[str, Told]:
        """The spans of a trace by name; of several with one name the first that came."""
        return {each.name: each for each in reversed(self._spans.get(trace, []))}


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """One that listens on a free port while the block runs."""

    class Door(BaseHTTPRequestHandler):
        def _takes(self) -> None:
            found.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

        do_POST = _takes

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    found = Collector(f"http://127.0.0.1:{server.server_port}/v1/traces")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
