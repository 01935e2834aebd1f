"""A guest at every route there is: they read one incident, sign out, and hear no everywhere else."""

import pytest

from deploy.client import Client
from tests.badinput.parties import Parties
from tests.badinput.who_reaches_what import A_GUEST_READS, AID, DIRECTORY, TABLE, F, N, Y, heard, with_ids
from tests.journey.cast import done
from tests.journey.waiting import until

pytestmark = pytest.mark.timeout(240)

OPEN = {route for route, (_, _, row) in TABLE.items() if row[0] == Y}


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
            place = with_ids(path, target.format(**ids))
            found = heard(guest.read(place) if method == "GET" else guest.send(place, body(parties)))
            expected = A_GUEST_READS[path] if method == "GET" else F
            if found != expected:
                wrong.append(f"{method} {path}: {found} instead of {expected}")
        their = guest.read(f"{AID}/incidents/{parties.theirs.incident}")
        assert heard(their) == N
        assert heard(guest.send(f"{DIRECTORY}/sign-out", {})) == Y
    assert not wrong, "\n".join(wrong)
