"""Report form -> aid -> journal and outbox -> relay -> Kafka -> live -> a page that changes by itself."""

from deploy.client import new_id
from schemas.catalogue import Function
from tests.journey.case import Case, moment
from tests.journey.cast import done


def test_a_report_appears_on_an_open_page_of_the_ibd_without_a_reload(people, places, ibd, look) -> None:
    page = look(ibd)
    case = Case(people, places)
    row = page.until(lambda picture: picture.get("incident", case.incident))
    assert row["affected"][0]["organisation"] == case.victim
    lines = page.until(lambda p: [r for (k, _), r in p.rows.items() if k == "log_entry" and _of(r, case)])
    assert [line["data"]["entry"] for line in lines] == ["reported"]


def test_a_curious_neighbour_receives_nothing_of_it(people, places, look) -> None:
    kees = people.persona("Kees")
    page, ruud = look(kees), look(people.persona("Ruud"))
    case = Case(people, places)
    request = case.ask(Function.NETWORK)
    ruud.until(lambda picture: picture.get("help_request", request))
    # A change of his own comes after everything else in time: whatever was meant for him came before it.
    before = page.picture.get("duty", str(kees.person))["changed_at"]
    done(kees.send("/api/aid/duty", {"on": False}))
    page.until(lambda picture: picture.get("duty", str(kees.person))["changed_at"] != before)
    seen = "".join(page.raw)
    assert case.incident not in seen and request not in seen and case.victim not in seen
    paths = (
        f"incidents/{case.incident}/log",
        f"incidents/{case.incident}/services",
        f"requests/{request}/claim",
        f"requests/{request}/withdraw",
        f"requests/{request}/confirm",
    )
    bodies = (
        {"id": request, "text": "hallo"},
        {"affected": case.victim, "services": [{"service": "phone"}]},
        {"approach": request, "terms_version": 1},
        {},
        {"circle": ["GM0168"]},
    )
    for path, body in zip(paths, bodies, strict=True):
        answer = kees.send(f"/api/aid/{path}", body)
        assert (answer.status, answer.code, answer.facts) == (404, "not_found", {}), path
    for path in (f"incidents/{case.incident}", f"requests/{request}"):
        assert kees.read(f"/api/aid/{path}").status == 404


def test_an_ibd_officer_reports_on_behalf_of_a_caller(people, places, ibd, look) -> None:
    case = Case(people, places)
    other, theirs = look(case.mandate), places.take()
    body = case.report(id=new_id(), affected=theirs)
    assert ibd.send("/api/aid/incidents", body).code == "caller_missing"
    answer = done(ibd.send("/api/aid/incidents", {**body, "caller": "De gemeentesecretaris"}))
    # Their name is sealed where it is kept, and opened for who may read it.
    assert answer["row"]["data"]["on_behalf_of"] == {"entered_by": "IBD", "caller": ""}
    page = look(people.be(people.staff(theirs)[2].person.id))
    page.until(lambda picture: picture.get("incident", body["id"])["on_behalf_of"]["caller"])
    seen = page.picture.get("incident", body["id"])
    assert seen["on_behalf_of"] == {"entered_by": "IBD", "caller": "De gemeentesecretaris"}
    assert seen["call_back"] == {"phone": body["call_back"]["phone"], "name": ""}
    assert body["id"] not in "".join(other.raw)


def test_a_since_in_the_future_is_refused_and_one_in_the_past_is_not(case) -> None:
    body = case.report(id=new_id(), since=moment(hours=1))
    answer = case.mandate.send("/api/aid/incidents", body)
    assert (answer.status, answer.code) == (409, "since_in_future")
    assert done(case.mandate.send("/api/aid/incidents", {**body, "since": moment(days=-9)}))["row"]


def test_a_needed_by_in_the_past_is_refused(case) -> None:
    body = {
        "id": new_id(),
        "incident": case.incident,
        "borrower": case.victim,
        "function": Function.NETWORK,
        "number": 1,
        "where": "remote",
        "needed_by": moment(seconds=-1),
    }
    answer = case.mandate.send("/api/aid/requests", body)
    assert (answer.status, answer.code) == (409, "needed_by_past")


def _of(row, case) -> bool:
    return row["data"]["incident"] == case.incident
