"""A system at every route: it reads what a colleague of its organisation does, and commands nothing."""

import pytest

from deploy.client import Client, Refusal
from tests.badinput.parties import Parties
from tests.badinput.who_reaches_what import A_GUEST_READS, AID, TABLE, N, U, Y, heard, with_ids

pytestmark = pytest.mark.timeout(240)

READS = {
    **A_GUEST_READS,
    f"{AID}/incidents/{{target}}": Y,
    f"{AID}/requests/{{target}}": Y,
    f"{AID}/approaches/{{target}}": Y,
    f"{AID}/commitments/{{target}}": Y,
}
"""By hand: of itself as a guest does, of people nothing, and of the case as everybody of the victim does."""


def test_a_system_reads_along_and_every_command_of_every_service_is_refused(parties: Parties) -> None:
    wrong: list[str] = []
    with Client(parties.case.mandate.origin) as system:
        system.come_in(parties.credentials["client_id"], parties.credentials["client_secret"])
        session = system.read("/api/directory/me")["session"]
        ids = {**vars(parties), "incident": parties.case.incident, "session": session}
        for (method, path), (target, body, row) in TABLE.items():
            # A door that is open to whoever is nobody yet asks nobody who they are.
            if row[0] != U:
                continue
            place = with_ids(path, target.format(**ids))
            answer = system.read(place) if method == "GET" else system.send(place, body(parties))
            expected = READS[path] if method == "GET" else "systems_only_read"
            found = heard(answer) if method == "GET" else isinstance(answer, Refusal) and answer.code
            if found != expected:
                wrong.append(f"{method} {path}: {found} instead of {expected}")
        assert heard(system.read(f"{AID}/incidents/{parties.theirs.incident}")) == N
        assert isinstance(system.rows(), dict)
    with Client(parties.case.mandate.origin) as visitor:
        assert heard(visitor.send("/api/directory/demo/sign-in", {"person": parties.system})) == N
    assert not wrong, "\n".join(wrong)
