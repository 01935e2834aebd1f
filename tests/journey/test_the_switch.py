"""The switch through the whole house: sessions and sockets end, peers are warned, and it is taken back."""

from collections.abc import Callable

import pytest

from deploy.client import Client
from schemas.live import CLOSE_SIGNED_OUT
from schemas.values import Right
from tests.journey.case import Case
from tests.journey.cast import People, Places, done
from tests.journey.looking import Page
from tests.journey.switching import SOON, out_everywhere, switch
from tests.journey.waiting import until

pytestmark = pytest.mark.timeout(120)


def test_one_act_puts_a_whole_organisation_out_and_every_peer_is_warned_until_it_is_taken_back(
    people: People, places: Places, ibd: Client, look: Callable[[Client], Page]
) -> None:
    hit, elsewhere = places.take(), places.take()
    with (
        people.anew(people.with_right(Right.MANDATE, hit).person) as thrower,
        people.anew(people.staff(hit)[-1].person.id) as stolen,
    ):
        peer = people.be(people.staff(elsewhere)[0].person.id)
        own, thief, neighbour = look(thrower), look(stolen), look(peer)
        thrown = done(thrower.send(switch(hit, "distrust"), {}))
        assert (thrown["distrusted"], thrown["out"]) == (True, True)
        assert [page.closed(SOON) for page in (own, thief)] == [CLOSE_SIGNED_OUT] * 2
        until(lambda: out_everywhere(stolen) and out_everywhere(thrower), SOON, what="out everywhere")
        neighbour.until(lambda picture: picture.get("trust", hit)["distrusted"], SOON)
        assert neighbour.picture.get("trust", hit)["by_organisation"] == hit
        assert "by_person" not in neighbour.picture.get("trust", hit)
    with people.anew(thrower.person) as again:
        assert done(again.send(switch(hit, "distrust"), {}))["ended"] == 0
        assert again.read("/api/directory/me")["person"] == str(thrower.person)
    done(ibd.send(switch(hit, "trust"), {}))
    neighbour.until(lambda picture: not picture.get("trust", hit), SOON)


def test_what_was_asked_stays_and_the_coordinator_goes_on(case: Case, ibd: Client, people: People) -> None:
    request = case.ask("network")
    done(ibd.send(switch(case.victim, "distrust"), {}))
    until(lambda: out_everywhere(case.mandate), SOON, what="out everywhere")
    assert ibd.read(f"/api/aid/requests/{request}")["data"]["state"] == "provisional"
    with people.anew(case.mandate.person) as back:
        assert until(lambda: back.rows()["help_request"].get(request), SOON, what="the request")
