"""A sealed card through the whole house: printed, opened on an unknown phone, called back, seen by all."""

from collections import Counter
from typing import Any

import httpx
import pytest

from deploy.client import Client
from deploy.running import Running
from schemas.values import Right
from tests.journey.case import Case
from tests.journey.cast import People
from tests.journey.looking import Page
from tests.journey.waiting import until

pytestmark = pytest.mark.timeout(120)

HOME = "/api/directory/cards"


def test_a_card_and_the_phone_that_was_registered_let_somebody_in_and_every_colleague_sees_it(
    people: People, case: Case, platform: Running
) -> None:
    staff = people.staff(case.victim)
    called = Counter(each.name for each in staff)
    whom = next(each for each in staff if called[each.name] == 1)
    administrator = people.with_right(Right.ADMINISTER, case.victim)
    printed = administrator.send(HOME, {"organisation": case.victim, "roles": ["ciso"]})
    [card] = printed["cards"]
    with Client(people.origin) as there, Page(people.be(staff[-1].person.id)) as page:
        typed = {"number": card["number"], "words": card["words"], "name": whom.name}
        asked = there.send(f"{HOME}/open", typed)
        page.until(lambda picture: picture.get("card", card["number"])["asked"] == 1)
        assert there.send(f"{HOME}/call", {})["waiting"] is True
        with httpx.Client(base_url=f"http://127.0.0.1:{platform.platform.port('notification')}") as phones:
            sid = until(lambda: ringing(phones), 15, what="a phone that rings")
            phones.post(f"/simulated/calls/{sid}/answer")
            phones.post(f"/simulated/calls/{sid}/keys", data={"keys": asked["code"]})
        until(lambda: "session" in there.send(f"{HOME}/enter", {}), 15, what="the way in")
        me = there.read("/api/directory/me")
        assert (me["person"], me["way"]) == (str(whom.person.id), "card")
        seen = page.until(lambda picture: picture.get("card", card["number"])["used_by"])
        assert seen == str(whom.person.id)


def ringing(phones: httpx.Client) -> Any:
    """The id of the newest call that rings."""
    calls = phones.get("/simulated/calls").json()["calls"]
    return next((each["sid"] for each in reversed(calls) if each["status"] == "ringing"), None)
