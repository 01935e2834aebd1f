"""What an operator sees: the trace of one command, the numbers of each process, and logs that name nobody."""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.client import Client, new_id
from deploy.overview import Operation
from deploy.overview_page import page
from deploy.parts.ports import answers
from deploy.running import Running
from schemas.topics import LOG_ENTRIES
from services.runtime.database import connected
from services.runtime.metrics import DECLARED, HEALTHY, LAST_BACKUP
from tests.collector import Collector
from tests.journey.case import Case, moment
from tests.journey.cast import People, done
from tests.journey.looking import Page
from tests.journey.waiting import until
from tests.topic_reader import read_topic

PROCESS = ("process_cpu_seconds_total", "process_open_fds", "process_resident_memory_bytes")
"""What the client library tells of a process beside ours."""


def traced(client: Client, path: str, **more: str) -> tuple[str, str, str, httpx.Response]:
    """Write a line, in a trace that begins elsewhere: line, trace, the span there, and the answer."""
    line, trace, span = new_id(), secrets.token_hex(16), secrets.token_hex(8)
    headers = {
        "Idempotency-Key": new_id(),
        "Cookie": client.cookie,
        "traceparent": f"00-{trace}-{span}-00",
        **more,
    }
    body = {"id": line, "text": "een regel"}
    return line, trace, span, httpx.post(client.origin + path, json=body, headers=headers)


def lines(platform: Running, process: str) -> list[dict[str, Any]]:
    """Every line of a process's log."""
    return [json.loads(each) for each in platform.supervisor.log(process).read_text().splitlines()]


def test_one_command_is_followed_from_the_request_to_the_frame_of_a_page(
    platform: Running, collector: Collector, case: Case, look: Callable[[Client], Page]
) -> None:
    page = look(case.mandate)
    path = f"/api/aid/incidents/{case.incident}/log"
    line, trace, before, answer = traced(case.mandate, path)
    assert answer.status_code == 200
    page.until(lambda picture: picture.get("log_entry", line))
    command = "POST /api/aid/incidents/{target}/log"
    found = until(lambda: {command, "relay", "frame"} <= set(spans := collector.of(trace)) and spans)
    assert [found[name].process for name in (command, "relay", "frame")] == ["aid", "aid-relay", "live"]
    assert found[command].parent == before
    assert found["relay"].parent == found["frame"].parent == found[command].span
    assert found[command].attributes == {"http.response.status_code": 200}
    assert found["frame"].attributes["viewers"] >= 1
    kept = f"00-{trace}-{found[command].span}-01"
    assert asyncio.run(_in_the_journal(platform, line)) == kept
    assert asyncio.run(_in_kafka(platform, line)) == kept.encode()


async def _in_the_journal(platform: Running, key: str) -> str:
    async with connected(platform.platform.database("aid")) as connection:
        return await connection.fetchval("SELECT traceparent FROM journal WHERE key = $1", key)


async def _in_kafka(platform: Running, key: str) -> bytes:
    records = await read_topic(platform.platform.kafka, LOG_ENTRIES, platform.platform.topic_prefix)
    return next(dict(each.headers)["traceparent"] for each in records if each.key.decode() == key)


def test_a_line_of_a_log_names_the_trace_of_its_command(platform: Running, case: Case) -> None:
    path = f"/api/aid/incidents/{case.incident}/log"
    _, trace, _, answer = traced(case.mandate, path, Origin="http://elders.example")
    assert answer.status_code == 403
    found = until(lambda: [each for each in lines(platform, "aid") if each.get("trace") == trace])
    assert found[0]["level"] == "WARNING" and found[0]["said"].startswith("wrong_origin to ")


def _back(platform: Running) -> None:
    """A test before may have ended some of them."""
    for service in platform.platform.services:
        port = platform.platform.port(service.name)
        until(lambda port=port: answers(port), 60, what=f"{service.name} is there again")


def test_every_number_that_is_declared_is_told_and_no_other(platform: Running, case: Case) -> None:
    _back(platform)
    case.mandate.rows()
    told: dict[str, set[str]] = {}
    for service in platform.platform.services:
        answer = httpx.get(f"http://127.0.0.1:{platform.platform.port(service.name)}/metrics")
        assert answer.status_code == 200, service.name
        for family in text_string_to_metric_families(answer.text):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            told.setdefault(name, set()).add(service.name)
            for sample in family.samples:
                assert not any(key in str(sample.labels) for key in (case.incident, case.victim))
    ours = {name for name in told if name.startswith("noaber_")}
    # Nobody backs a demonstration up, and then nobody says how old the last backup is.
    assert ours | {LAST_BACKUP.name} == {each.name for each in DECLARED}
    assert set(told) - ours >= set(PROCESS)
    assert told["noaber_healthy"] == {each.name for each in platform.platform.services}
    assert told["noaber_live_viewers"] == {"live"}


def test_the_page_of_an_operator_shows_every_process_and_nobody(platform: Running, people: People) -> None:
    _back(platform)
    processes = [child.name for child in platform.supervisor.children]
    known = [
        {"name": name, "healthy": True, "restarts": 0, "memory_mb": 1, "lag": 0, "why": ""}
        for name in processes
    ]
    seen = Operation(platform.platform, lambda: known).overview()
    assert set(seen.number(HEALTHY)) == {(each.name,) for each in platform.platform.services}
    text = page(seen, "/secret/")
    assert all(name in text for name in processes)
    assert not any(each.name in text for each in people.all.values() if " " in each.name)


def test_the_numbers_are_not_reached_through_the_gateway(platform: Running) -> None:
    for path in ("/metrics", "/api/aid/metrics", "/api/live/metrics", "/api/directory/metrics"):
        assert b"noaber_healthy" not in httpx.get(platform.platform.origin + path).content


MARKED = {
    "name": "Kwetsbaar Gemerkt",
    "firm": "Gemerkte Firma BV",
    "phone": "06 19283746",
    "text": "gemerkte regel over iemand",
}


def test_no_log_names_anybody_nor_repeats_a_number_a_code_or_a_line(
    platform: Running, people: People, case: Case
) -> None:
    home = f"/api/aid/incidents/{case.incident}"
    done(case.mandate.send(f"{home}/log", {"id": new_id(), "text": MARKED["text"]}))
    # What breaks every rule there is, in each place where something is typed.
    for path in (f"{home}/log", f"{home}/facts", f"{home}/services", "/api/aid/requests", "/api/aid/duty"):
        case.mandate.send(path, dict.fromkeys(("id", "text", "on", "function", "services"), MARKED["name"]))
    codes = [_enters_in_vain(case) for _ in range(2)]
    logs = {
        child.name: platform.supervisor.log(child.name).read_text(errors="replace")
        for child in platform.supervisor.children
    }
    names = {each.name for each in people.all.values()}
    for process, log in logs.items():
        for secret in (*MARKED.values(), *codes, *(each for each in names if " " in each)):
            assert secret not in log, f"{secret!r} stands in the log of {process}"
    for service in platform.platform.services:
        for line in lines(platform, service.name):
            assert {"at", "level", "process", "where", "said"} <= set(line)
            assert line["process"] == service.name


def _enters_in_vain(case: Case) -> str:
    """Invite a guest and come in with a code that is not theirs; the secret of the link."""
    wanted = {
        "incident": case.incident,
        "organisation": case.victim,
        "name": MARKED["name"],
        "firm": MARKED["firm"],
        "phone": MARKED["phone"],
        "until": moment(hours=6),
        "checked": "call_back",
    }
    invited = done(case.mandate.send("/api/directory/guests", wanted))
    with Client(case.mandate.origin) as door:
        door.send("/api/directory/guests/enter", {"secret": invited["secret"], "code": "000000"})
    return str(invited["secret"])
