"""A sealed card through the whole house: printed, opened elsewhere, called back, seen and read by all."""

from collections import Counter
from typing import Any

import httpx
import pytest

from deploy.client import Client, new_id
from deploy.running import Running
from schemas.phone_number import e164
from schemas.values import Right
from services.directory.rules.fictitious import MadeUp
from tests.journey.case import Case
from tests.journey.cast import People, done
from tests.journey.looking import Page
from tests.journey.waiting import until
from tests.push_browser import PushBrowser, raw

pytestmark = pytest.mark.timeout(120)

HOME = "/api/directory/cards"


def test_a_card_and_the_registered_phone_let_somebody_in_and_all_see_it_and_the_list_is_texted(
    people: People, case: Case, platform: Running
) -> None:
    staff = people.staff(case.victim)
    called = Counter(each.name for each in staff)
    whom = next(each for each in staff if called[each.name] == 1)
    administrator = people.with_right(Right.ADMINISTER, case.victim)
    listed = staff[:3]
    browser = PushBrowser(f"https://fcm.googleapis.com/fcm/send/{new_id()}")
    with_device = people.be(listed[0].person.id)
    devices = done(with_device.send("/api/directory/push", {"subscription": browser.subscription}))
    assert len(devices["devices"]) == 1
    turns = [{"person": str(each.person.id)} for each in listed]
    administrator.send("/api/directory/wake-list", {"organisation": case.victim, "turns": turns})
    printed = administrator.send(HOME, {"organisation": case.victim, "roles": ["ciso"]})
    [card] = printed["cards"]
    with Client(people.origin) as there, Page(people.be(staff[-1].person.id)) as page:
        typed = {"number": card["number"], "words": card["words"], "name": whom.name}
        asked = there.send(f"{HOME}/open", typed)
        page.until(lambda picture: picture.get("card", card["number"])["asked"] == 1)
        assert there.send(f"{HOME}/call", {})["waiting"] is True
        with httpx.Client(base_url=f"http://127.0.0.1:{platform.platform.port('notification')}") as phones:
            sid = until(lambda: ringing(phones, whom), 15, what="that the registered phone rings")
            # Once that somebody asks, and once more when somebody is in.
            texted(phones, listed, 1)
            until(lambda: shown_on(phones, browser), 15, what="the same on the device of one of them")
            phones.post(f"/simulated/calls/{sid}/answer")
            phones.post(f"/simulated/calls/{sid}/keys", data={"keys": asked["code"]})
            until(lambda: "session" in there.send(f"{HOME}/enter", {}), 15, what="the way in")
            texted(phones, listed, 2)
        me = there.read("/api/directory/me")
        assert (me["person"], me["way"]) == (str(whom.person.id), "card")
        seen = page.until(lambda picture: picture.get("card", card["number"])["used_by"])
        assert seen == str(whom.person.id)


def ringing(phones: httpx.Client, whom: MadeUp) -> Any:
    """The id of the newest call that rings at this person's; others ring beside it."""
    calls = phones.get("/simulated/calls").json()["calls"]
    there = [each for each in calls if each["to"] == e164(whom.phone)]
    return next((each["sid"] for each in reversed(there) if each["status"] == "ringing"), None)


def shown_on(phones: httpx.Client, browser: PushBrowser) -> bool:
    """Whether this browser, which alone can read it, was given a message about a card to show."""
    there = browser.endpoint.removeprefix("https://")
    pushes = phones.get("/simulated/calls").json()["pushes"]
    return any(
        browser.shown(raw(each["body"]))["page"] == "cards" for each in pushes if each["endpoint"] == there
    )


def texted(phones: httpx.Client, listed: list[MadeUp], times: int) -> None:
    """Wait until each of these people received so many messages."""
    expected = Counter({e164(each.phone): times for each in listed})

    def found() -> bool:
        messages = phones.get("/simulated/calls").json()["messages"]
        return Counter(each["to"] for each in messages if each["to"] in expected) == expected

    until(found, 30, what=f"{times} messages on each phone of the list")
