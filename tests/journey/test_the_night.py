"""A request that says *now* makes a phone ring at whoever is asked, one person after the other."""

import httpx

from schemas.catalogue import Function
from services.runtime.certificates import believed
from tests.journey.case import Case, of
from tests.journey.cast import done
from tests.journey.waiting import until


def test_a_neighbour_is_woken_in_turn_and_only_its_own_people_read_who_was_called(
    platform, people, places
) -> None:
    lender = places.lender(Function.NETWORK, 1)
    helper, desk = lender.helpers[0], lender.desk
    turns = [{"person": str(each)} for each in dict.fromkeys((desk.person, helper.person))]
    body = {"organisation": lender.id, "turns": turns, "phone": "14 000"}
    done(desk.send("/api/directory/wake-list", body))
    until(lambda: desk.rows().get("wake_list", {}).get(lender.id), what="the list")
    for each in (desk, helper):
        done(each.send("/api/aid/duty", {"on": True}))
    case = Case(people, places)
    request = case.request(Function.NETWORK, 1, lender.id, wake="now")
    phone = f"http://127.0.0.1:{platform.platform.port('notification')}/simulated"
    for key in ("1",) if len(turns) == 1 else ("2", "1"):
        sid = until(lambda: _ringing(phone), what="the phone whose turn it is")[-1]
        httpx.post(f"{phone}/calls/{sid}/answer")
        httpx.post(f"{phone}/calls/{sid}/keys", data={"keys": key})
    until(lambda: of(desk, "delivery", request)[0]["state"] == "answered", what="the answer")
    found = of(desk, "delivery", request)[0]
    assert [each["person"] for each in found["attempts"]] == [each["person"] for each in turns]
    assert [each["state"] for each in found["attempts"]] == ["no", "yes"][-len(turns) :]
    assert not of(case.mandate, "delivery", request)
    assert lender.id not in case.mandate.rows().get("wake_list", {})


def _ringing(phone: str) -> list[str]:
    calls = httpx.get(f"{phone}/calls", verify=believed()).json()["calls"]
    return [each["sid"] for each in calls if each["status"] == "ringing"]
