"""A guest through the whole house: a sponsor's link, one incident on another phone, and each way it ends."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deploy.client import Client, Refusal, new_id
from schemas.live import CLOSE_SIGNED_OUT
from schemas.values import Right
from tests.journey.case import Case, moment
from tests.journey.cast import People, Places, done
from tests.journey.looking import Page
from tests.journey.switching import SOON, out_everywhere, switch
from tests.journey.waiting import until

pytestmark = pytest.mark.timeout(120)

BRAM, FIRM, NUMBER = "Bram Verzonnen", "Spoedhulp BV", "06 11111111"
DOOR = "/api/directory/guests"


class Visit:
    """A guest's phone, the link it came in by, and what the incident knows the guest by."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.home = f"/api/aid/incidents/{case.incident}/guests"
        self.invited = done(case.mandate.send(DOOR, self.wanted()))
        self.person = str(self.invited["person"])
        until(lambda: isinstance(self._admit(), dict), SOON, what="the guest in the incident")
        self.phone = Client(case.mandate.origin)
        done(self.enter())
        # Whoever would watch is known to `live` as soon as their session came by.
        until(lambda: isinstance(self.phone.read("/api/live/snapshot"), dict), SOON, what="the guest's page")

    def enter(self) -> dict[str, Any] | Refusal:
        """Try the link on the guest's phone."""
        opened = {"secret": self.invited["secret"], "code": self.invited["code"]}
        return self.phone.send(f"{DOOR}/enter", opened)

    def end(self, by: Client) -> dict[str, Any] | Refusal:
        """The tap that ends it."""
        return by.send(f"{self.home}/end", {"guest": self.person})

    def _admit(self) -> dict[str, Any] | Refusal:
        return self.case.mandate.send(self.home, {"guest": self.person})

    def wanted(self) -> dict[str, Any]:
        """What the sponsor asks for."""
        return {
            "incident": self.case.incident,
            "organisation": self.case.victim,
            "name": BRAM,
            "firm": FIRM,
            "phone": NUMBER,
            "until": moment(hours=6),
            "checked": "call_back",
        }


@pytest.fixture
def visits(case: Case) -> Iterator[Callable[[], Visit]]:
    """Lets guests in to the case, whose phones are put away when the test is over."""
    made: list[Visit] = []

    def visit() -> Visit:
        made.append(Visit(case))
        return made[-1]

    yield visit
    for each in made:
        each.phone.__exit__()


Look = Callable[[Client], Page]


def ended(visit: Visit, page: Page) -> None:
    """The page shuts, no service takes the session for somebody, and the link opens nothing."""
    assert page.closed(SOON) == CLOSE_SIGNED_OUT
    until(lambda: out_everywhere(visit.phone), SOON, what="out everywhere")
    again = visit.enter()
    assert isinstance(again, Refusal) and again.code == "invitation_over"


def test_a_guest_reads_the_one_incident_everybody_on_it_sees_who_it_is_and_one_tap_ends_it(
    case: Case, visits: Callable[[], Visit], look: Look, ibd: Client
) -> None:
    case.ask("network")
    case.mandate.send(f"/api/aid/incidents/{case.incident}/log", {"id": new_id(), "text": "een regel"})
    bram = visits()
    own, officer, his = look(case.mandate), look(ibd), look(bram.phone)
    assert set(his.picture.rows) == {("incident", case.incident)}
    seen = his.picture.get("incident", case.incident)
    assert seen["affected"] and not seen.keys() & {"call_back", "reported_by", "on_behalf_of", "coordinators"}
    for page in (own, officer):
        found = page.until(lambda picture: picture.get("incident", case.incident)["guest_names"], SOON)
        assert found == {bram.person: BRAM}
        [shown] = page.picture.get("incident", case.incident)["guests"]
        assert (shown["firm"], shown["organisation"]) == (FIRM, case.victim)
        assert shown["sponsor"] == str(case.mandate.person)
        assert not any(NUMBER in text for text in page.raw)
    assert not any(secret in text for text in his.raw for secret in (NUMBER, "06 00000000", "een regel"))
    done(bram.end(case.mandate))
    ended(bram, his)
    gone = own.until(
        lambda picture: picture.get("incident", case.incident)["guests"][0].get("ended_at"), SOON
    )
    assert gone and own.picture.get("incident", case.incident)["guest_names"] is None
    before = bram.end(case.mandate)
    assert isinstance(before, Refusal) and before.code == "no_such_guest"


def test_ids_of_another_incident_open_nothing_and_another_incident_lets_no_guest_in(
    case: Case, visits: Callable[[], Visit], people: People, places: Places
) -> None:
    theirs = Case(people, places)
    wanted = theirs.ask("network")
    bram = visits()
    assert set(bram.phone.rows()) == {"incident"} and set(bram.phone.rows()["incident"]) == {case.incident}
    heard = {
        getattr(bram.phone.read(f"/api/aid/{place}"), "status", 200)
        for place in (f"incidents/{theirs.incident}", f"requests/{wanted}", f"requests/{theirs.incident}")
    }
    assert heard == {404}
    for incident in (case.incident, theirs.incident):
        for place, body in (
            ("log", {"id": new_id(), "text": "een regel"}),
            ("guests", {"guest": bram.person}),
            ("guests/end", {"guest": bram.person}),
            ("close", {}),
        ):
            no = bram.phone.send(f"/api/aid/incidents/{incident}/{place}", body)
            assert isinstance(no, Refusal) and (no.status, no.code) == (403, "guests_only_read")
    across = theirs.mandate.send(f"/api/aid/incidents/{theirs.incident}/guests", {"guest": bram.person})
    assert isinstance(across, Refusal) and across.code == "no_such_guest"
    neighbour = bram.end(theirs.mandate)
    assert isinstance(neighbour, Refusal) and neighbour.status == 404
    assert set(bram.phone.rows()["incident"]) == {case.incident}


def test_the_end_of_the_incident_is_the_end_of_the_guest(
    case: Case, visits: Callable[[], Visit], look: Look
) -> None:
    bram = visits()
    his = look(bram.phone)
    done(case.mandate.send(f"/api/aid/incidents/{case.incident}/close", {}))
    ended(bram, his)


def test_the_switch_puts_the_guests_out_with_the_organisation_that_let_them_in(
    case: Case, visits: Callable[[], Visit], look: Look, ibd: Client, people: People
) -> None:
    bram = visits()
    his = look(bram.phone)
    done(ibd.send(switch(case.victim, "distrust"), {}))
    ended(bram, his)
    with people.anew(people.with_right(Right.MANDATE, case.victim).person) as back:
        no = back.send(DOOR, bram.wanted())
        assert isinstance(no, Refusal) and no.code == "host_distrusted"
    done(ibd.send(switch(case.victim, "trust"), {}))
    until(lambda: out_everywhere(bram.phone), SOON, what="still out")
