"""A session says who somebody is, until it is ended; a service sees only its own tables."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.client import Client, Refusal
from schemas.live import CLOSE_SIGNED_OUT
from services.runtime.database import connected
from tests.journey.looking import Page
from tests.journey.waiting import until


def _is_out(answer: dict[str, Any] | Refusal) -> bool:
    return isinstance(answer, Refusal) and answer.status == 401


def test_a_revoked_session_is_refused_by_aid_and_its_page_is_closed(people, places) -> None:
    person = people.staff(places.take())[0].person.id
    other = people.be(person)
    with people.anew(person) as here, Page(here) as page:
        cookie = here.cookie
        assert here.send("/api/directory/sign-out", {}) == {}
        assert page.closed() == CLOSE_SIGNED_OUT
    with Client(people.origin) as gone:
        gone._http.headers["Cookie"] = cookie
        for path, body in (("/api/aid/duty", {"on": True}), ("/api/aid/incidents", {})):
            # Each service hears of it by itself: the one that still answers may be later than the page.
            until(lambda path=path, body=body: _is_out(gone.send(path, body)), what="the refusal")
        assert gone.read("/api/directory/me").status == 401
        assert gone.read("/api/live/snapshot").status == 401
    # Another session of the same person goes on.
    assert other.read("/api/directory/me")["person"] == str(person)


def test_somebody_else_cannot_end_a_session(people) -> None:
    kees = people.persona("Kees")
    session = people.persona("Fatima").read("/api/directory/me")["session"]
    answer = kees.send(f"/api/directory/sessions/{session}/end", {})
    assert answer.status == 404


def test_a_token_that_was_tampered_with_is_nobody(people) -> None:
    cookie = people.persona("Kees").cookie
    forged = cookie[:-2] + ("AA" if cookie[-2:] != "AA" else "BB")
    answer = httpx.get(f"{people.origin}/api/directory/me", headers={"Cookie": forged})
    assert answer.status_code == 401


def test_the_directory_lists_colleagues_of_the_own_organisation_only(people) -> None:
    kees = people.persona("Kees")
    own = kees.read("/api/directory/colleagues?organisation=GM0168")["people"]
    assert {each["person"] for each in own} == {str(each.person.id) for each in people.staff("GM0168")}
    assert kees.read("/api/directory/colleagues?organisation=GM0164").status == 404


@pytest.mark.parametrize(("role", "others"), [("aid", "directory"), ("directory", "aid")])
def test_the_role_of_a_service_is_refused_on_the_tables_of_another(platform, role, others) -> None:
    async def look() -> None:
        async with connected(platform.platform.database(role)) as connection:
            assert await connection.fetchval(f"SELECT count(*) FROM {role}.journal") > 0
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetchval(f"SELECT count(*) FROM {others}.journal")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("CREATE TABLE public.mine (id integer)")

    asyncio.run(look())
