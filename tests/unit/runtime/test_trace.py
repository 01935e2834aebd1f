"""A trace begins with a request, goes on where another began it, and says nothing of who asks."""

import logging
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.runtime import metrics, refusals, telemetry, web
from services.runtime.observed import Observed
from services.runtime.telemetry import Teller
from services.runtime.trace import Trace, begin, current, read, working_on, written

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What is told, all of it."""
    found = InMemorySpanExporter()
    monkeypatch.setattr(telemetry, "_teller", [Teller(SimpleSpanProcessor(found), Resource({}), 1.0)])
    yield found


@pytest.fixture
async def client() -> httpx.AsyncClient:
    app = FastAPI()
    app.add_middleware(Observed)

    @app.get("/rows/{target}")
    async def row(target: str) -> str | None:
        if target == "bad":
            raise RuntimeError("unforeseen")
        return written()

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://here")


def test_what_was_written_is_read_back() -> None:
    trace = begin("", share=1)
    assert read(str(trace)) == type(trace)(trace.trace, trace.span, sampled=True)
    assert str(read(GIVEN)) == GIVEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        GIVEN.upper(),
        GIVEN + "-more",
        GIVEN.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32),
        GIVEN.replace("00f067aa0ba902b7", "0" * 16),
        GIVEN.replace("00-", "01-", 1),
    ],
)
def test_what_is_no_trace_begins_a_new_one(text: str) -> None:
    assert read(text) is None
    assert begin(text, 0).trace not in GIVEN


def test_each_request_has_a_trace_of_its_own_by_chance() -> None:
    assert len({begin("", 0).trace for _ in range(100)}) == 100


def test_a_trace_that_began_elsewhere_goes_on_and_a_stranger_does_not_say_what_is_sampled() -> None:
    trace = begin(GIVEN, share=0)
    assert trace.trace == GIVEN[3:35] and trace.parent == GIVEN[36:52] and trace.span not in GIVEN
    assert not trace.sampled and str(trace).endswith("-00")
    assert (trace.child().trace, trace.child().parent) == (trace.trace, trace.span)


def test_what_is_worked_on_ends_with_the_block() -> None:
    trace = begin("", 0)
    with pytest.raises(OSError), working_on(trace):
        assert current() == trace and written() == str(trace)
        raise OSError
    assert current() is None and written() is None


async def test_a_request_is_a_span_named_by_its_route(client, spans: InMemorySpanExporter) -> None:
    inside = (await client.get("/rows/secret", headers={"traceparent": GIVEN})).json()
    (span,) = spans.get_finished_spans()
    assert span.name == "GET /rows/{target}" and "secret" not in span.to_json()
    assert f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01" == inside
    assert f"{span.parent.span_id:016x}" == GIVEN[36:52]


async def test_a_step_is_the_next_span_also_where_it_fails(spans: InMemorySpanExporter) -> None:
    trace = read(GIVEN)
    with pytest.raises(OSError), telemetry.step("heed", trace):
        assert written() != GIVEN and current().parent == trace.span
        raise OSError
    (span,) = spans.get_finished_spans()
    assert span.name == "heed" and span.parent.span_id == int(trace.span, 16)


async def test_what_is_not_sampled_is_told_to_nobody(spans: InMemorySpanExporter) -> None:
    telemetry.tell("relay", begin("", share=0), 0)
    with telemetry.step("heed", None):
        pass
    assert not spans.get_finished_spans()


async def test_every_request_is_counted_under_its_route_and_what_came_of_it(client) -> None:
    for path in ("/rows/1", "/rows/2", "/rows/bad", "/else/where", "/no/thing"):
        await client.get(path)
    counted = metrics.counter(metrics.REQUESTS)
    for labels, number in (
        (("GET /rows/{target}", "done"), 2),
        (("GET /rows/{target}", "failed"), 1),
        (("none", "refused"), 2),
    ):
        assert counted.labels(*labels)._value.get() >= number
    assert "where" not in metrics.text().decode()


class Heard(logging.Handler):
    """What is logged, and in which trace."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, Trace | None]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.getMessage(), current()))


async def test_what_nobody_foresaw_is_written_down_with_its_trace() -> None:
    app = web._Application(open_paths=(), cookie="session", codes=(), prefix="/api/x", summaries={})
    refusals.report_problems(app, {})

    @app.get("/breaks")
    async def breaks() -> None:
        raise RuntimeError

    heard = Heard()
    refusals.log.addHandler(heard)
    try:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as one:
            await one.get("/breaks", headers={"traceparent": GIVEN})
    finally:
        refusals.log.removeHandler(heard)
    ((said, trace),) = heard.lines
    assert said.startswith("unforeseen") and trace is not None and trace.trace == GIVEN[3:35]
