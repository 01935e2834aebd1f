"""Coming in with a phone, and by the identity provider of one's organisation, in the hands of an attacker."""

from typing import Any
from uuid import UUID

from deploy.client import Client
from tests.contract.lying_provider import Liar, claims, true
from tests.contract.there_and_back import asked
from tests.journey.cast import done
from tests.phone import Phone

DIRECTORY = "/api/directory"


def with_a_key(there: Client, phone: Phone, administrator: Client, person: UUID) -> None:
    """A member comes in with a phone, let in by an administrator."""
    body = {"person": str(person), "checked": "in_person"}
    invited = done(administrator.send(f"{DIRECTORY}/invitations", body))
    opened = {"secret": invited["secret"], "code": invited["code"]}
    asked = done(there.send(f"{DIRECTORY}/welcome/options", opened))
    made = phone.make(asked["options"], there.origin)
    done(there.send(f"{DIRECTORY}/welcome/finish", {**opened, "passkey": made}))
    there.person = person


class Sent(Client):
    """A browser that an identity provider sends back with whatever the attacker signs."""

    def __init__(self, origin: str, liar: Liar, organisation: str) -> None:
        super().__init__(origin)
        self._http.headers["Origin"] = origin
        self._liar = liar
        self.organisation = organisation

    def away(self, way: str = "start", **body: Any) -> dict[str, str]:
        """Begin; what the provider is asked."""
        told = {"organisation": self.organisation, **body}
        return asked(done(self.send(f"{DIRECTORY}/oidc/{way}", told))["address"])

    def back(self, query: dict[str, str], **said: Any) -> str:
        """Come back with a token that says this; the page that one lands on."""
        self._liar.hand_out(true(claims(self._liar, query["nonce"], **said)))
        path = f"{DIRECTORY}/oidc/back/{self.organisation}"
        return self._http.get(path, params={"code": "c", "state": query["state"]}).headers["location"]


def bound(own: Sent, administrator: Client, person: UUID, sub: str) -> None:
    """A member comes in with a phone, and binds the account of this name with its key."""
    phone = Phone()
    with_a_key(own, phone, administrator, person)
    options = done(own.send(f"{DIRECTORY}/passkey/options", {"purpose": "bind"}))["options"]
    query = own.away("bind", passkey=phone.sign(options, own.origin))
    assert own.back(query, sub=sub) == "/devices"
