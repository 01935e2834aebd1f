"""A viewer whose network comes and goes: it resumes where it was, and its picture is right again."""

import random

from deploy.client import new_id
from schemas.catalogue import ResidentService
from schemas.live import CLOSE_SIGNED_OUT
from tests.journey.cast import done
from tests.journey.looking import Picture

DROPS = 100
LEAST_RESUMED = 90


def test_a_hundred_drops_while_changes_go_on_end_in_the_picture_of_a_fresh_snapshot(case, look) -> None:
    dice = random.Random(1735)
    page = look(case.mandate)
    resumed = 0
    for turn in range(DROPS):
        _change(case, turn)
        # Sometimes it hears of the change before the network goes, sometimes it does not.
        for _ in range(dice.randrange(3)):
            page.hear(dice.choice((0.001, 0.02, 0.1)))
        page.drop()
        if dice.random() < 0.5:
            _change(case, turn + DROPS)
        resumed += page.resume()
    assert resumed >= LEAST_RESUMED, f"{resumed} of {DROPS}"
    last = f"regel {2 * DROPS}"
    _change(case, 2 * DROPS)
    page.until(lambda p: any(row["data"].get("text") == last for row in p.rows.values()))
    found = case.mandate.read("/api/live/snapshot")
    fresh = Picture(found)
    page.until(lambda picture: picture.rows == fresh.rows)


def test_a_cursor_of_somebody_with_other_rights_starts_over(case, ibd, look) -> None:
    mine, theirs = look(case.mandate), look(ibd)
    mine.drop()
    mine.picture.cursor = theirs.picture.cursor
    assert not mine.resume()
    mine.until(lambda picture: picture.get("incident", case.incident))


def test_a_cursor_that_is_nonsense_starts_over(case, look) -> None:
    page = look(case.mandate)
    page.drop()
    page.picture.cursor = "nonsense"
    assert not page.resume()
    page.until(lambda picture: picture.get("incident", case.incident))


def test_who_is_given_the_role_of_coordinator_starts_over_and_sees_the_incident(
    case, places, people, look
) -> None:
    neighbour = places.take()
    page = look(people.be(people.staff(neighbour)[0].person.id))
    assert not page.picture.get("incident", case.incident)
    path = f"/api/aid/incidents/{case.incident}/coordinators"
    done(case.mandate.send(path, {"coordinators": [neighbour]}))
    page.until(lambda picture: picture.get("incident", case.incident))
    assert page.picture.rows["incident", case.incident]["level"] == "coordinator"
    done(case.mandate.send(path, {"coordinators": []}))
    page.until(lambda picture: not picture.get("incident", case.incident))
    assert page.resets <= 2


def test_a_page_without_a_session_is_closed_at_once(case, look) -> None:
    page = look(case.mandate)
    page.drop()
    page.cookie = ""
    assert page.refused() == CLOSE_SIGNED_OUT


def _change(case, turn: int) -> None:
    if turn % 2:
        service = list(ResidentService)[turn % len(ResidentService)]
        body = {"affected": case.victim, "services": [{"service": service, "state": "emergency_route"}]}
        done(case.mandate.send(f"/api/aid/incidents/{case.incident}/services", body))
    else:
        body = {"id": new_id(), "text": f"regel {turn}"}
        done(case.mandate.send(f"/api/aid/incidents/{case.incident}/log", body))
