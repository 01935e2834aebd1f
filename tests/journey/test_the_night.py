"""A request that says *now* makes a phone ring at whoever is asked, one person after the other."""

from typing import Any
from uuid import UUID

import httpx

from schemas.catalogue import Function
from schemas.phone_number import e164
from schemas.values import Right
from services.runtime.certificates import believed
from tests.journey.case import Case, of, row
from tests.journey.cast import done
from tests.journey.waiting import until


def test_a_neighbour_is_woken_in_turn_and_only_its_own_people_read_who_was_called(
    platform, people, places
) -> None:
    lender = places.lender(Function.NETWORK, 1)
    helper, desk = lender.helpers[0], lender.desk
    listed = list(dict.fromkeys((desk.person, helper.person)))
    turns = [{"person": str(each)} for each in listed]
    body = {"organisation": lender.id, "turns": turns, "phone": "14 000"}
    done(desk.send("/api/directory/wake-list", body))
    until(lambda: desk.rows().get("wake_list", {}).get(lender.id), what="the list")
    for each in (desk, helper):
        done(each.send("/api/aid/duty", {"on": True}))
    case = Case(people, places)
    request = case.request(Function.NETWORK, 1, lender.id, wake="now")
    phone = f"http://127.0.0.1:{platform.platform.port('notification')}/simulated"
    for each, key in zip(listed, ("2", "1")[-len(listed) :], strict=True):
        number = e164(people.all[each].phone)
        sid = until(lambda number=number: _ringing(phone, number), what="the phone whose turn it is")[-1]
        httpx.post(f"{phone}/calls/{sid}/answer")
        httpx.post(f"{phone}/calls/{sid}/keys", data={"keys": key})
    until(lambda: of(desk, "delivery", request)[0]["state"] == "answered", what="the answer")
    found = of(desk, "delivery", request)[0]
    assert [each["person"] for each in found["attempts"]] == [each["person"] for each in turns]
    assert [each["state"] for each in found["attempts"]] == ["no", "yes"][-len(turns) :]
    assert not of(case.mandate, "delivery", request)
    assert lender.id not in case.mandate.rows().get("wake_list", {})


def test_who_may_confirm_is_woken_for_their_own_request_and_a_key_opens_it(platform, people, places) -> None:
    case = Case(people, places)
    reporter = people.with_right(Right.LEND, case.victim)
    request = case.ask(Function.NETWORK, by=reporter)
    phone = f"http://127.0.0.1:{platform.platform.port('notification')}/simulated"
    ladder = until(lambda: of(reporter, "delivery", request), what="the ladder")[0]
    [attempt] = ladder["attempts"]
    called = people.all[UUID(attempt["person"])]
    assert (ladder["asks"], called.person.may(Right.MANDATE, case.victim)) == ("confirm", True)
    sid = until(lambda: _ringing(phone, e164(called.phone)), what="the phone of who may confirm")[-1]
    assert "Toets 1" in _call(phone, sid)["says"]
    httpx.post(f"{phone}/calls/{sid}/answer")
    httpx.post(f"{phone}/calls/{sid}/keys", data={"keys": "1"})
    opened = until(lambda: _open(case, request), what="the request is open")
    assert opened["circle"] == opened["proposed"]
    confirmed = opened["confirmed"]
    assert (confirmed["by"], confirmed["by_telephone"]) == (attempt["person"], True)
    until(
        lambda: of(reporter, "delivery", request)[0]["attempts"][0]["became"] == "confirmed", what="the word"
    )
    until(lambda: "bevestigd" in _call(phone, sid)["says"], what="what was said")


def test_who_asks_learns_that_a_neighbour_did_not_answer_and_whom_to_phone_and_nobodys_name(
    platform, people, places
) -> None:
    lender = places.lender(Function.NETWORK, 1)
    body = {"organisation": lender.id, "turns": [], "phone": "053 481 81 81"}
    done(lender.desk.send("/api/directory/wake-list", body))
    until(lambda: lender.desk.rows().get("wake_list", {}).get(lender.id), what="the list")
    case = Case(people, places)
    request = case.request(Function.NETWORK, 1, lender.id, wake="now")
    [found] = until(lambda: of(case.mandate, "delivery", request), what="that nobody answers")
    assert (found["organisation"], found["state"], found["phone"]) == (lender.id, "nobody", "053 481 81 81")
    assert found.keys().isdisjoint(("attempts", "passed", "turn", "untold"))


def _open(case: Case, request: str) -> dict[str, Any] | None:
    found = row(case.mandate, "help_request", request)
    return found if found.get("state") == "open" else None


def _call(phone: str, sid: str) -> dict[str, str]:
    calls = httpx.get(f"{phone}/calls", verify=believed()).json()["calls"]
    return next(each for each in calls if each["sid"] == sid)


def _ringing(phone: str, number: str) -> list[str]:
    calls = httpx.get(f"{phone}/calls", verify=believed()).json()["calls"]
    return [each["sid"] for each in calls if each["status"] == "ringing" and each["to"] == number]
