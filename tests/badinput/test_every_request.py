"""Whatever is sent to a documented route: no 5xx, and every answer is as the OpenAPI document says."""

from collections import Counter
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.runtime.documented import SYSTEMS_DOOR
from services.runtime.problems import MEDIA_TYPE
from tests.badinput.counts import cases
from tests.badinput.scene import NOBODY, Scene

pytestmark = pytest.mark.timeout(7_200)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

SERVICES = ("aid", "directory")
IN_ALL = 100_000
"""Cases in a long run, shared out among all documented routes of all services."""

FORM = "application/x-www-form-urlencoded"
HALF = "\ud800"
NASTY = (
    "\x00",
    "a\x00b",
    HALF,
    "\u202eneppo",
    "\u200b",
    "<script>alert(1)</script>",
    "'; DROP TABLE incident; --",
    "{{7*7}}${7*7}",
    "𝕏" * 4_000,
    "é" * 4_001,
)
TIMES = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59Z",
    "2026-12-31T23:59:60Z",
    "99999999999999999999",
)
NUMBERS = (-1, 0, 2**31, 2**63, -(2**63) - 1, 10**400, 1e308)
WRONG_KEYS = (None, "", "x" * 201, "with space", "é")


BODIES = (
    b"",
    b"null",
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    b"[" * 30_000,
    b'{"a":' * 10_000,
    b"9" * 60_000,
    b'{"number": ' + b"9" * 5_000 + b"}",
    b'{"number": NaN, "on": Infinity}',
    b'{"on": true, "on": {"on": true}}',
    b'{"text": "\\ud800", "id": "\\udfff"}',
    '{"on": true}'.encode("utf-16"),
    '{"on": true}'.encode("utf-32"),
)
KINDS = (
    "application/json",
    "application/json; charset=utf-16",
    "application/json;" * 50,
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "",
)


def fields(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a body."""
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    return [
        *((value, key) for key, _ in pairs),
        *(found for _, each in pairs if isinstance(each, dict | list) for found in fields(each)),
    ]


@st.composite
def a_request(draw: st.DrawFn, operation: Any, scene: Scene) -> tuple[Any, str, str | None]:
    """A case, who sends it and under which key; often about something that exists, often with a sting."""
    mode = draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case = draw(operation.as_strategy(generation_mode=mode))
    if mode is GenerationMode.POSITIVE and draw(st.booleans()):
        _steer(draw, case, scene)
    role = draw(st.sampled_from([*scene.roles[1:], *scene.roles]))
    key = draw(st.sampled_from([*[str(uuid4())] * 8, *WRONG_KEYS]))
    return case, role, key


def _steer(draw: st.DrawFn, case: Any, scene: Scene) -> None:
    parts = case.path.strip("/").split("/")
    for part, name in pairwise(parts):
        if name.startswith("{") and part in scene.ids:
            known = draw(st.sampled_from(scene.ids[part]))
            case.path_parameters = {**(case.path_parameters or {}), name.strip("{}"): known}
    if not isinstance(case.body, dict):
        return
    places = fields(case.body)
    for container, name in places:
        if name in scene.ids and draw(st.booleans()):
            known = st.sampled_from(scene.ids[name])
            container[name] = draw(
                st.lists(known, max_size=3) if isinstance(container[name], list) else known
            )
    if places and draw(st.booleans()):
        container, name = draw(st.sampled_from(places))
        sting = draw(st.sampled_from([*NASTY, *TIMES, *NUMBERS, None, [], {}]))
        # Half a surrogate pair has no place in a form: no client can send it.
        container[name] = "" if sting == HALF and case.media_type == FORM else sting


def as_it_should(case: Any, role: str, key: str | None, answer: Any, *, open_to_all: bool) -> None:
    """Who is nobody hears only that; then the key is looked at, after size and kind.

    A system comes in with a form, which needs no key, and is counted before anything that it sends.
    """
    if role == NOBODY and not open_to_all:
        assert answer.status_code == 401, answer.text
    elif case.method == "POST" and key in WRONG_KEYS and case.path != SYSTEMS_DOOR:
        assert answer.status_code in {400, 413, 415}, answer.text
    case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("service", SERVICES)
def test_no_request_breaks_a_service_and_every_answer_is_as_documented(
    platform, scene: Scene, service: str
) -> None:
    base = f"http://127.0.0.1:{platform.platform.base}"
    documented = {
        each: list(schemathesis.openapi.from_url(f"{base}/api/{each}/openapi.json").get_all_operations())
        for each in SERVICES
    }
    routes = sum(map(len, documented.values()))
    per_route = cases(short=20, long=IN_ALL // routes + 1)
    answers: Counter[int] = Counter()
    with requests.Session() as session:
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.trust_env = False
        for found in documented[service]:
            _attack(found.ok(), base, session, scene, answers=answers, how_many=per_route)
    print(service, sum(answers.values()), "requests:", dict(sorted(answers.items())))
    assert answers[200] > 0 and answers[409] + answers[404] > 0


def _attack(
    operation: Any,
    base: str,
    session: requests.Session,
    scene: Scene,
    *,
    answers: Counter[int],
    how_many: int,
) -> None:
    ends_sessions = operation.path.endswith(("/sign-out", "/end", "/end-all"))
    # That of a colleague or of whoever the IBD puts out is over too.
    ends_all = operation.path.endswith("/distrust")
    open_to_all = operation.definition.raw["security"] == []

    @seed(0)
    @settings(
        max_examples=how_many,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(a_request(operation, scene))
    def each(found: tuple[Any, str, str | None]) -> None:
        case, role, key = found
        headers = {"Cookie": scene.cookie(role), "Idempotency-Key": key}
        case.headers = {name: value for name, value in headers.items() if value is not None}
        answer = case.call(base_url=base, session=session, timeout=30)
        answers[answer.status_code] += 1
        for over in scene.roles if ends_all else [role] if ends_sessions else []:
            scene.left(over)
        as_it_should(case, role, key, answer, open_to_all=open_to_all)

    each()


@pytest.fixture(scope="module")
def line() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as made:
        yield made


@seed(0)
@settings(
    max_examples=cases(short=200, long=10_000),
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    sent=st.tuples(
        st.sampled_from(["POST", "POST", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]),
        st.sampled_from(
            ["incidents", "requests", "duty", "incidents/{incident}/log", "requests/{request}/claim"]
        ),
        st.one_of(st.sampled_from(BODIES), st.binary(max_size=200), st.text(max_size=50).map(str.encode)),
        st.sampled_from(KINDS),
    )
)
def test_bytes_of_any_kind_are_answered_in_words(
    platform, scene: Scene, line: httpx.Client, sent: tuple[str, str, bytes, str]
) -> None:
    method, path, body, kind = sent
    ids = {"incident": scene.ids["incident"][0], "request": scene.ids["requests"][0]}
    url = f"http://127.0.0.1:{platform.platform.base}/api/aid/{path.format(**ids)}"
    headers = {"Cookie": scene.cookie("mandate"), "Idempotency-Key": str(uuid4()), "Content-Type": kind}
    answer = line.request(method, url, content=body, headers=headers)
    assert answer.status_code < 500, (method, path, body[:60], answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == MEDIA_TYPE, (method, answer.headers)
        assert answer.json()["detail"]["nl"] and answer.json()["detail"]["en"]
    if answer.status_code == 405:
        assert answer.headers["allow"] in {"GET", "POST"}
