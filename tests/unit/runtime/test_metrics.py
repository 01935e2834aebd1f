"""Numbers for Prometheus: each is declared in one place, and tells nothing about anybody."""

import gc
import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.parts.ports import free_port
from services.runtime import metrics
from services.runtime.health import Health, health_server
from services.runtime.metrics import DECLARED, Kind

WORDS = {"route", "outcome", "topic", "what"}
"""Labels that may be: what stands in them is ours, and has an end."""


def told() -> dict[str, dict[tuple[str, ...], float]]:
    """Sample -> values of its labels -> number, as this process tells it."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


@pytest.mark.parametrize("metric", DECLARED, ids=lambda each: each.name)
def test_a_name_says_its_unit_and_its_labels_have_an_end(metric: metrics.Metric) -> None:
    assert re.fullmatch(r"noaber_[a-z_]+[a-z]", metric.name) and metric.about.endswith(".")
    assert (metric.kind is Kind.COUNTER) == metric.name.endswith("_total")
    assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM)
    assert set(metric.labels) <= WORDS


def test_no_name_is_declared_twice() -> None:
    assert len({each.name for each in DECLARED}) == len(DECLARED)


def test_lag_is_summed_by_topic() -> None:
    # Topics of this test alone: a reader that another test left behind tells its own lag as well.
    metrics.tell_lag(metrics.by_topic([("summed", 2), ("single", 1), ("summed", 3)]))
    found = told()["noaber_lag_records"]
    assert (found["summed",], found["single",]) == (5, 1)


def test_who_is_gone_is_not_asked_any_more() -> None:
    class Looks:
        def __init__(self) -> None:
            self.asked = 0

        def look(self) -> None:
            self.asked += 1
            metrics.gauge(metrics.VIEWERS).set(self.asked)

    one = Looks()
    metrics.before_telling(one.look)
    assert told()["noaber_live_viewers"][()] == 1
    assert told()["noaber_live_viewers"][()] == 2
    del one
    gc.collect()
    assert told()["noaber_live_viewers"][()] == 2


@pytest.mark.parametrize("found", [Health(healthy=True), Health(healthy=False)])
async def test_health_is_one_of_the_numbers_and_asking_for_them_never_fails(found: Health) -> None:
    port = free_port()
    async with health_server(port, lambda: found), httpx.AsyncClient() as http:
        answer = await http.get(f"http://127.0.0.1:{port}/metrics")
        assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
        assert f"\nnoaber_healthy {float(found.healthy)}" in answer.text
        assert (await http.get(f"http://127.0.0.1:{port}/health")).json()["healthy"] is found.healthy
