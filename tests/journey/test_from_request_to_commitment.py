"""Provisional, confirmed, approached, claimed: the three yeses, one winner, and what frees a slot again."""

from schemas.catalogue import Function
from tests.journey.case import Case, approached, claim, claimed, moment, of, row
from tests.journey.cast import done
from tests.journey.waiting import never, until

BACKUP = Function.BACKUP_RECOVERY


def test_a_provisional_request_says_how_many_could_be_asked_and_approaches_nobody(case, places) -> None:
    lender = places.lender(BACKUP)
    request = case.ask(BACKUP)
    could = until(lambda: row(case.mandate, "help_request", request).get("could_ask"))
    assert could["people"] > 0
    assert row(case.mandate, "help_request", request)["state"] == "provisional"
    assert of(case.mandate, "approach", request) == [] == of(lender.helpers[0], "approach", request)
    # Whoever is not asked does not know that the request exists.
    assert row(lender.helpers[0], "help_request", request) == {}


def test_with_a_standing_yes_one_tap_is_final_and_both_sides_see_who_comes(case, places, look) -> None:
    lender = places.lender(BACKUP, standing=True)
    request = case.request(BACKUP, 1, lender.id)
    approached(lender.helpers[0], request)
    wall = look(case.mandate)
    commitment = claimed(lender.helpers[0], request)
    assert commitment["state"] == "final" and commitment["waits_for"] == []
    seen = wall.until(lambda picture: picture.get("commitment", commitment["id"]))
    assert seen["lender"] == lender.id and seen["contact"]["phone"].startswith("06 0")
    wall.until(lambda picture: picture.get("help_request", request)["counts"]["final"] == 1)
    seen = row(lender.helpers[0], "help_request", request)
    assert seen["level"] == "partner" and seen["borrower"] == case.victim


def test_without_one_the_slot_is_reserved_until_the_employer_says_yes_for_two_and_names_follow(
    case, places, look
) -> None:
    lender = places.lender(BACKUP, 2)
    request = case.request(BACKUP, 2, lender.id)
    first, second = lender.helpers[:2]
    commitment = claimed(first, request)
    assert (commitment["state"], commitment["waits_for"]) == ("reserved", ["lender"])
    assert case.slots(request) == {"open": 1, "reserved": 1, "final": 0}
    yes = {"lender": lender.id, "reservations": [commitment["id"]], "unnamed": 1, "terms_version": 1}
    answer = done(lender.desk.send(f"/api/aid/requests/{request}/lend", yes))
    rows = {each["id"]: each["data"] for each in answer["rows"] if each["kind"] == "commitment"}
    assert rows.pop(commitment["id"])["state"] == "final"
    ((unnamed, held),) = rows.items()
    assert (held["state"], held["waits_for"], held["person"]) == ("reserved", ["person"], None)
    page = look(second)
    name = {"person": str(second.person)}
    done(lender.desk.send(f"/api/aid/commitments/{unnamed}/name", name))
    page.until(lambda picture: picture.get("commitment", unnamed)["person"])
    done(second.send(f"/api/aid/commitments/{unnamed}/accept", {}))
    page.until(lambda picture: picture.get("commitment", unnamed)["state"] == "final")
    assert case.slots(request) == {"open": 0, "reserved": 0, "final": 2}


def test_who_chooses_itself_says_the_last_yes(case, places) -> None:
    lender = places.lender(BACKUP, standing=True)
    request = case.request(BACKUP, 1, lender.id, choose_self=True)
    commitment = claimed(lender.helpers[0], request)
    assert commitment["waits_for"] == ["borrower"]
    done(case.mandate.send(f"/api/aid/commitments/{commitment['id']}/approve", {}))
    assert case.slots(request)["final"] == 1


def test_who_comes_too_late_reads_who_has_it_and_what_else_needs_doing(case, places) -> None:
    lender = places.lender(BACKUP, 2, standing=True)
    request = case.request(BACKUP, 1, lender.id)
    other = case.request(BACKUP, 1, lender.id)
    first, second = lender.helpers[:2]
    mine = approached(second, request)["id"]
    approached(second, other)
    commitment = claimed(first, request)
    late = claim(second, request, mine)
    assert (late.status, late.code) == (409, "taken")
    assert late.facts["commitments"] == [{"id": commitment["id"], "lender": lender.id}]
    assert late.facts["open"] == [{"request": other, "function": BACKUP}]


def test_a_slot_that_is_given_back_goes_to_the_next_one(case, places, look) -> None:
    lender = places.lender(BACKUP, 2, standing=True)
    request = case.request(BACKUP, 1, lender.id)
    first, second = lender.helpers[:2]
    waiting = approached(second, request)["id"]
    commitment = claimed(first, request)
    page = look(second)
    page.until(lambda picture: picture.get("approach", waiting)["state"] == "full")
    done(first.send(f"/api/aid/commitments/{commitment['id']}/give-back", {}))
    page.until(lambda picture: picture.get("approach", waiting)["state"] == "open")
    assert claimed(second, request)["state"] == "final"
    states = {each["person"]: each["state"] for each in of(lender.desk, "approach", request)}
    assert states[str(first.person)] == "given_back"


def test_withdrawing_lapses_reservations_releases_commitments_and_asks_nobody_any_more(
    case, places, look
) -> None:
    ready, slow = places.lender(BACKUP, standing=True), places.lender(BACKUP)
    idle = places.lender(BACKUP)
    request = case.request(BACKUP, 3, ready.id, slow.id, idle.id)
    final, reserved = claimed(ready.helpers[0], request), claimed(slow.helpers[0], request)
    asked = approached(idle.helpers[0], request)["id"]
    done(case.mandate.send(f"/api/aid/requests/{request}/withdraw", {}))
    page = look(case.mandate)
    page.until(lambda picture: picture.get("commitment", final["id"])["state"] == "released")
    page.until(lambda picture: picture.get("commitment", reserved["id"])["state"] == "lapsed")
    late = claim(idle.helpers[0], request, asked)
    assert (late.status, late.code) == (409, "withdrawn")


def test_a_reservation_that_nobody_touches_is_let_go_by_the_clock_alone(case, places, look) -> None:
    lender = places.lender(BACKUP)
    # A reservation never lasts past need-by: so the real clock gets there within the test.
    request = case.request(BACKUP, 1, lender.id, needed_by=moment(seconds=7))
    commitment = claimed(lender.helpers[0], request)
    assert commitment["state"] == "reserved"
    page = look(case.mandate)
    page.until(lambda picture: picture.get("commitment", commitment["id"])["state"] == "lapsed")
    page.until(lambda picture: picture.get("help_request", request)["counts"]["open"] == 1)
    late = lender.desk.send(
        f"/api/aid/requests/{request}/lend",
        {"lender": lender.id, "reservations": [commitment["id"]], "terms_version": 1},
    )
    assert (late.status, late.code) == (409, "expired")


def test_going_off_duty_withdraws_what_was_asked_and_nothing_that_was_promised(case, places, look) -> None:
    lender = places.lender(BACKUP, standing=True)
    helper = lender.helpers[0]
    promised = case.request(BACKUP, 1, lender.id, needed_by=moment(days=20), ends=moment(days=21))
    commitment = claimed(helper, promised)
    request = case.request(BACKUP, 1, lender.id)
    asked = approached(helper, request)["id"]
    page = look(helper)
    done(helper.send("/api/aid/duty", {"on": False}))
    page.until(lambda picture: picture.get("approach", asked)["state"] == "withdrawn")
    assert page.picture.get("commitment", commitment["id"])["state"] == "final"
    off = claim(helper, request, asked)
    assert (off.status, off.code) == (409, "not_asked_any_more")


def test_who_went_off_duty_before_the_suggestion_is_not_approached(case, places) -> None:
    lender, other = places.lender(BACKUP), places.lender(BACKUP)
    helper = lender.helpers[0]
    for each in lender.helpers:
        done(each.send("/api/aid/duty", {"on": False}))
    request = case.request(BACKUP, 1, lender.id, other.id)
    approached(other.helpers[0], request)
    never(lambda: of(helper, "approach", request), 1.0, what="an approach to somebody off duty")


def test_a_lender_that_becomes_a_victim_is_not_asked_any_more(people, places, case, look) -> None:
    lender = places.lender(BACKUP, 2)
    request = case.request(BACKUP, 2, lender.id)
    reserved = claimed(lender.helpers[0], request)
    asked = approached(lender.helpers[1], request)["id"]
    Case(people, places, victim=lender.id)
    page, desk = look(lender.helpers[1]), look(lender.desk)
    page.until(lambda picture: picture.get("approach", asked)["state"] == "lapsed")
    desk.until(lambda picture: picture.get("commitment", reserved["id"])["state"] == "lapsed")
