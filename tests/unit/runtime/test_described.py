"""The OpenAPI document says what stands in front of the routes: who, which key, and every way to hear no."""

import re

import httpx
import pytest

from deploy.reference.documents import applications
from schemas.values import safe_key
from schemas.version import VERSION
from services.directory.summaries import SUMMARIES
from services.runtime.described import KEY_PATTERN
from services.runtime.once import AFRESH, ANEW, SAID_ONCE
from services.runtime.problems import COMMON, Problem, document

APPS = applications()
OPEN = {
    "/api/directory/organisations",
    "/api/directory/demo/people",
    "/api/directory/demo/sign-in",
    "/api/directory/cards/open",
    "/api/directory/cards/call",
    "/api/directory/cards/enter",
    "/api/directory/oidc/providers",
    "/api/directory/oidc/start",
    "/api/directory/guests/enter",
    "/api/directory/systems/token",
    "/api/directory/passkey/options",
    "/api/directory/passkey/sign-in",
    "/api/directory/welcome/options",
    "/api/directory/welcome/finish",
}
ROUTES = [
    (path, method, operation)
    for app in APPS.values()
    for path, methods in app.openapi()["paths"].items()
    for method, operation in methods.items()
]

every_route = pytest.mark.parametrize(
    ("path", "method", "operation"), ROUTES, ids=[f"{method} {path}" for path, method, _ in ROUTES]
)


@every_route
def test_every_route_says_who_must_be_signed_in_and_which_key_it_wants(path, method, operation) -> None:
    # A system reads and commands nothing.
    who = [{"session": []}, *([{"system": []}] if method == "get" else [])]
    assert operation["security"] == ([] if path in OPEN else who)
    parameters = [(each["in"], each["name"]) for each in operation.get("parameters", ())]
    assert {name for where, name in parameters if where == "path"} == set(re.findall(r"\{(\w+)\}", path))
    headers = {name for where, name in parameters if where == "header"}
    assert headers == ({"Idempotency-Key"} if method == "post" else set())


SAYS_ONCE = {
    *("cards", "guests", "invitations", "passkeys/add"),
    *("organisations/{organisation}/invitations", "organisations/{organisation}/systems"),
}
"""What answers with a secret: a card's words, a link, a code, a system's key."""


@every_route
def test_every_command_says_what_a_repeat_hears(path, method, operation) -> None:
    said = [each["description"] for each in operation.get("parameters", ()) if each["in"] == "header"]
    secret = path.removeprefix("/api/directory/") in SAYS_ONCE
    begins = path in OPEN or path == "/api/directory/oidc/bind"
    told = ANEW if begins else SAID_ONCE if secret else AFRESH
    assert said == ([told] if method == "post" else [])


@every_route
def test_every_refusal_is_documented_as_a_problem_in_two_languages(path, method, operation) -> None:
    expected = {400, 401, 404, 405, 429, 503} | (
        {403, 408, 409, 413, 415, 422} if method == "post" else set()
    )
    refusals = {int(status): found for status, found in operation["responses"].items() if status != "200"}
    assert set(refusals) == expected
    for found in refusals.values():
        # OAuth 2.0 has a media type of its own, and clients that read no other.
        token = path == "/api/directory/systems/token"
        assert list(found["content"]) == ["application/json" if token else "application/problem+json"]


@every_route
def test_only_what_was_meant_to_be_asked_of_a_route_can_be_asked(path, method, operation) -> None:
    asked = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
    meant = {
        "/api/aid/duty": {"organisation"},
        "/api/directory/colleagues": {"organisation"},
        "/api/directory/demo/people": {"organisation"},
        "/api/directory/organisations": {"of"},
        "/api/directory/passkeys": {"person"},
        "/api/directory/wake-list": {"organisation"},
    }
    assert asked == (meant.get(path, set()) if method == "get" else set())


def test_every_route_of_directory_says_what_it_is_for_and_no_other() -> None:
    told = {f"{method.upper()} {path.removeprefix('/api/directory')}" for path, method, _ in ROUTES}
    assert {each for each in told if "/api/" not in each} == set(SUMMARIES)


@every_route
def test_every_route_says_in_a_sentence_what_it_does(path, method, operation) -> None:
    assert len(operation["summary"]) > 3 and len(operation["description"]) > 10


@pytest.mark.parametrize("key", ["", "a", "!" * 200, "~", "~" * 201, "with space", "\x7f", "é", "a\n"])
def test_the_documented_key_is_the_key_that_passes(key) -> None:
    assert (re.fullmatch(KEY_PATTERN, key) is not None) == safe_key(key)


def test_a_code_without_words_is_a_mistake_of_ours_and_says_so_in_two_languages() -> None:
    found = document(Problem(409, "nobody_wrote_this_down"), {})
    assert (found.status, found.code, found.words) == (503, "unavailable", COMMON["unavailable"])


async def test_what_cannot_be_done_says_what_can_and_a_slash_too_many_is_no_redirect() -> None:
    transport = httpx.ASGITransport(APPS["directory"])
    async with httpx.AsyncClient(transport=transport, base_url="http://elders.example") as client:
        answer = await client.delete("/api/directory/organisations")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
        assert (await client.get("/api/directory/organisations/")).status_code == 401


@pytest.mark.parametrize("service", APPS)
async def test_a_document_is_for_other_websites_too_and_every_answer_says_its_version(service) -> None:
    transport = httpx.ASGITransport(APPS[service])
    async with httpx.AsyncClient(transport=transport, base_url="http://elders.example") as client:
        document = await client.get(f"/api/{service}/openapi.json")
        assert (document.status_code, document.headers["access-control-allow-origin"]) == (200, "*")
        assert document.headers["api-version"] == document.json()["info"]["version"]
        refused = await client.get(f"/api/{service}/export")
        assert (refused.status_code, refused.headers["api-version"]) == (401, VERSION)
        assert "access-control-allow-origin" not in refused.headers
