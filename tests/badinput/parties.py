"""Two cases side by side with somebody in every role: who may reach what is tried on the first."""

from typing import Any
from uuid import UUID

from deploy.client import Client, new_id
from schemas.catalogue import Function
from schemas.values import IBD, Right
from tests.journey.case import Case, approached, claimed, moment
from tests.journey.cast import People, Places, done
from tests.phone import Phone

ROLES = (
    *("nobody", "outsider", "boss", "colleague", "reporter", "mandate"),
    *("asked", "helper", "named", "desk", "coordinator", "ibd"),
)
"""outsider and boss belong to a municipality that has nothing to do with it; the boss has rights there.
colleague, reporter and mandate belong to the victim; asked, helper, named and desk to the lender."""


class Parties:
    """`of` is the signed-in client of each role; `more`: what the reports of the two cases say beside."""

    def __init__(self, people: People, places: Places, victim: str | None = None, **more: Any) -> None:
        lender = places.lender(Function.NETWORK, 4, standing=True)
        waiting = places.lender(Function.NETWORK, 1)
        coordinator, elsewhere = places.take(), places.take()
        self.lender, self.waiting, self.elsewhere = lender.id, waiting.id, elsewhere
        self.coordinator = coordinator
        self.case = case = Case(people, places, victim, **more)
        self.theirs = Case(people, places, elsewhere, **more)
        held, asked, named, picked = lender.helpers[:4]
        self.of: dict[str, Client] = {
            "nobody": Client(people.origin),
            "outsider": people.be(_plain(people, elsewhere)),
            "boss": self.theirs.mandate,
            "colleague": people.be(_plain(people, case.victim)),
            "reporter": people.with_right(Right.LEND, case.victim),
            "mandate": case.mandate,
            "asked": asked,
            "helper": held,
            "named": named,
            "desk": lender.desk,
            "coordinator": people.with_right(Right.MANDATE, coordinator),
            # Of its own: elsewhere all sessions of the IBD's one officer may have been ended.
            "ibd": people.anew(people.with_right(Right.IBD, IBD).person),
        }
        self.administered = str(self.of["colleague"].person)
        self.newcomer = new_id()
        self.passkey = self._passkey()
        self.guest = str(done(self.of["mandate"].send("/api/directory/guests", self.invited()))["person"])
        self.credentials = self._credentials()
        self.system = self.credentials["client_id"]
        path = f"/api/aid/incidents/{case.incident}"
        done(case.mandate.send(f"{path}/coordinators", {"coordinators": [coordinator]}))
        self.line = new_id()
        done(case.mandate.send(f"{path}/log", {"id": self.line, "text": "een regel"}))
        self.request = case.request(Function.NETWORK, 8, lender.id, waiting.id)
        self.choosy = case.request(Function.NETWORK, 2, lender.id, choose_self=True)
        self.approach = approached(asked, self.request)["id"]
        self.final = claimed(held, self.request)["id"]
        self.picked = claimed(picked, self.choosy)["id"]
        self.reserved = claimed(waiting.helpers[0], self.request)["id"]
        self.unnamed, self.to_accept = self._unnamed(), self._unnamed()
        done(
            self.of["desk"].send(f"/api/aid/commitments/{self.to_accept}/name", {"person": str(named.person)})
        )
        self.their_request = self.theirs.request(Function.NETWORK, 1, waiting.id)
        self.foreigner = str(waiting.helpers[0].person)

    def close(self) -> None:
        """The session that is only ours is let go."""
        self.of["ibd"].__exit__()

    def _passkey(self) -> str:
        """The colleague has a phone, let in by who is mandated and administers there."""
        body = {"person": self.administered, "checked": "in_person"}
        invited = done(self.of["mandate"].send("/api/directory/invitations", body))
        opened = {"secret": invited["secret"], "code": invited["code"]}
        with Client(self.case.mandate.origin) as phone:
            asked = done(phone.send("/api/directory/welcome/options", opened))
            made = Phone().make(asked["options"], phone.origin)
            done(phone.send("/api/directory/welcome/finish", {**opened, "passkey": made}))
            [key] = done(phone.read("/api/directory/passkeys"))["passkeys"]
        return str(key["id"])

    def _credentials(self) -> dict[str, str]:
        """What a system of the victim comes in with."""
        wanted = {"name": "Wand", "about": "leest mee", "days": 1}
        made = done(
            self.of["mandate"].send(f"/api/directory/organisations/{self.case.victim}/systems", wanted)
        )
        return {name: str(made[name]) for name in ("client_id", "client_secret")}

    def _unnamed(self) -> str:
        body = {"lender": self.lender, "unnamed": 1, "terms_version": 1}
        answer = done(self.of["desk"].send(f"/api/aid/requests/{self.request}/lend", body))
        return str(answer["row"]["id"])

    def report(self, **more: Any) -> dict[str, Any]:
        """A report for the victim, with a caller so that the IBD may send it too."""
        return {**self.case.report(id=new_id()), "caller": "de wacht", **more}

    def invited(self, **more: Any) -> dict[str, Any]:
        """Somebody from outside, for this case."""
        return {
            "incident": self.case.incident,
            "organisation": self.case.victim,
            "name": "Bram Verzonnen",
            "firm": "Spoedhulp BV",
            "phone": "06 00000000",
            "until": moment(hours=6),
            "checked": "in_person",
            **more,
        }

    def ask(self, case: Case, **more: Any) -> dict[str, Any]:
        """A request for help in one of the two cases."""
        return {
            "id": new_id(),
            "incident": case.incident,
            "borrower": case.victim,
            "function": "network",
            "number": 1,
            "where": "remote",
            "needed_by": moment(hours=6),
            **more,
        }


def _plain(people: People, organisation: str) -> UUID:
    """Somebody who works there and has no right at all."""
    staff = (each.person for each in people.staff(organisation))
    return next(each.id for each in staff if not each.memberships[0].rights)
