"""What every command is held to before a rule is asked: who, how large, what kind, which key, from where."""

import json
from uuid import uuid4

import httpx
import pytest

from deploy.client import new_id
from tests.journey.case import Case, moment
from tests.journey.cast import done
from tests.journey.waiting import until

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def wild(people, case):
    """An HTTP client with a session and nothing else."""
    with httpx.Client(base_url=people.origin, headers={"Cookie": case.mandate.cookie}, timeout=20) as client:
        yield client


def post(client: httpx.Client, path: str = "/api/aid/incidents", content: bytes = b"{}", **headers: str):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, content=content, headers={"Idempotency-Key": str(uuid4()), **JSON, **names})


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:noaber:problem:{problem['code']}"
    assert problem["detail"]["nl"] and problem["detail"]["en"]
    return problem["status"], problem["code"]


def test_who_is_not_signed_in_hears_that_before_anything_else(people) -> None:
    with httpx.Client(base_url=people.origin) as nobody:
        assert code(nobody.post("/api/aid/incidents", content=b"nonsense")) == (401, "not_signed_in")
        assert code(nobody.get(f"/api/aid/incidents/{new_id()}")) == (401, "not_signed_in")
        assert code(nobody.get("/api/aid/nothing-of-ours")) == (401, "not_signed_in")
        assert code(nobody.get("/api/live/snapshot")) == (401, "not_signed_in")
        assert code(nobody.get("/api/directory/me")) == (401, "not_signed_in")


def test_a_command_without_a_key_is_refused(wild) -> None:
    assert code(wild.post("/api/aid/incidents", content=b"{}", headers=JSON)) == (400, "key_missing")
    assert code(post(wild, Idempotency_Key="x" * 201)) == (400, "key_missing")
    assert code(post(wild, Idempotency_Key="with space")) == (400, "key_missing")


def test_a_body_of_another_kind_is_refused(wild) -> None:
    assert code(post(wild, Content_Type="text/plain")) == (415, "not_json")
    assert code(post(wild, Content_Type="application/x-www-form-urlencoded")) == (415, "not_json")


def test_a_body_above_64_kib_is_refused_also_without_a_declared_length(wild) -> None:
    assert code(post(wild, content=b"x" * (64 * 1024 + 1))) == (413, "too_large")
    pieces = (b"x" * 8192 for _ in range(9))
    answer = wild.post("/api/aid/incidents", content=pieces, headers={"Idempotency-Key": "k", **JSON})
    assert code(answer) == (413, "too_large")


def test_a_command_from_another_website_is_refused(wild) -> None:
    assert code(post(wild, Origin="https://elders.example")) == (403, "wrong_origin")
    assert code(post(wild, Origin=str(wild.base_url).rstrip("/"))) == (400, "invalid")


def test_a_body_that_is_wrong_says_which_field(wild, case) -> None:
    answer = post(wild, content=json.dumps({**case.report(id=new_id()), "extra": 1}).encode())
    assert code(answer) == (400, "invalid")
    assert list(answer.json()["facts"]["fields"]) == ["body.extra"]
    assert code(post(wild, content=b"{")) == (400, "invalid")
    assert code(post(wild, "/api/aid/requests/not-an-id/withdraw")) == (400, "invalid")


def test_the_same_command_twice_has_one_effect_and_the_same_answer(people, places) -> None:
    case = Case(people, places)
    body = {**case.report(id=new_id()), "description": "twee keer verstuurd"}
    key = str(uuid4())
    first = done(case.mandate.send("/api/aid/incidents", body, key))
    second = done(case.mandate.send("/api/aid/incidents", body, key))
    assert first == second
    found = until(lambda: _lines(case, body))
    assert len(found) == 1


def test_a_key_with_another_body_is_refused(people, places) -> None:
    case, key = Case(people, places), str(uuid4())
    body = case.report(id=new_id())
    done(case.mandate.send("/api/aid/incidents", body, key))
    other = case.mandate.send("/api/aid/incidents", {**body, "since": moment(hours=-2)}, key)
    assert (other.status, other.code) == (422, "key_reused")
    elsewhere = case.mandate.send(f"/api/aid/incidents/{body['id']}/close", {}, key)
    assert (elsewhere.status, elsewhere.code) == (422, "key_reused")


def test_a_key_belongs_to_one_person(people, places) -> None:
    one, other, key = Case(people, places), Case(people, places), str(uuid4())
    done(one.mandate.send(f"/api/aid/incidents/{one.incident}/close", {}, key))
    done(other.mandate.send(f"/api/aid/incidents/{other.incident}/close", {}, key))


def _lines(case, body):
    rows = case.mandate.rows().get("log_entry", {}).values()
    return [each for each in rows if each["incident"] == body["id"]]
