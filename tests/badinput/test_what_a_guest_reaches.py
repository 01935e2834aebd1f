"""A guest at every route there is: they read one incident, sign out, and hear no everywhere else."""

from collections.abc import Iterator

import pytest

from deploy.client import Client
from tests.badinput.parties import Parties
from tests.badinput.test_who_reaches_what import AID, DIRECTORY, PEOPLE, SYSTEMS, TABLE, F, N, Y, heard
from tests.journey.cast import People, Places, done
from tests.journey.waiting import until

pytestmark = pytest.mark.timeout(240)

OPEN = {route for route, (_, _, row) in TABLE.items() if row[0] == Y}
READS = {
    f"{DIRECTORY}/me": Y,
    f"{DIRECTORY}/sessions": Y,
    f"{DIRECTORY}/cards/asked": Y,
    f"{DIRECTORY}/export": Y,
    f"{DIRECTORY}/number": Y,
    f"{DIRECTORY}/push": Y,
    f"{DIRECTORY}/language": Y,
    f"{DIRECTORY}/oidc/accounts": Y,
    f"{AID}/export": Y,
    f"{AID}/duty": N,
    PEOPLE: N,
    SYSTEMS: N,
    f"{DIRECTORY}/passkeys": N,
    f"{DIRECTORY}/colleagues": N,
    f"{DIRECTORY}/organisations/{{organisation}}/mandates": N,
    f"{DIRECTORY}/wake-list": N,
    f"{AID}/incidents/{{target}}": Y,
    f"{AID}/requests/{{target}}": N,
    f"{AID}/approaches/{{target}}": N,
    f"{AID}/commitments/{{target}}": N,
}
"""By hand; `cards/asked` and `oidc/accounts` answer with nothing: a guest has no colleague or employer."""


@pytest.fixture
def parties(people: People, places: Places) -> Iterator[Parties]:
    made = Parties(people, places)
    yield made
    made.close()


def test_a_guest_reads_one_incident_and_hears_no_at_every_other_route(parties: Parties) -> None:
    mandate = parties.of["mandate"]
    invited = done(mandate.send(f"{DIRECTORY}/guests", parties.invited()))
    home = f"{AID}/incidents/{parties.case.incident}/guests"
    admit = {"guest": invited["person"]}
    until(lambda: isinstance(mandate.send(home, admit), dict), 10, what="the guest in the incident")
    wrong: list[str] = []
    with Client(mandate.origin) as guest:
        opened = {"secret": invited["secret"], "code": invited["code"]}
        session = done(guest.send(f"{DIRECTORY}/guests/enter", opened))["session"]
        ids = {**vars(parties), "incident": parties.case.incident, "session": session}
        for (method, path), (target, body, _) in TABLE.items():
            if (method, path) in OPEN or path == f"{DIRECTORY}/sign-out":
                continue
            place = path.partition("{")[0] + target.format(**ids) + path.partition("}")[2]
            found = heard(guest.read(place) if method == "GET" else guest.send(place, body(parties)))
            expected = READS[path] if method == "GET" else F
            if found != expected:
                wrong.append(f"{method} {path}: {found} instead of {expected}")
        their = guest.read(f"{AID}/incidents/{parties.theirs.incident}")
        assert heard(their) == N
        assert heard(guest.send(f"{DIRECTORY}/sign-out", {})) == Y
    assert not wrong, "\n".join(wrong)
