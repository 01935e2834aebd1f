"""The attacker who holds a victim's mailboxes and identity provider, an old card and a helper's session."""

import ast
import asyncio
from pathlib import Path
from secrets import randbelow
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from deploy.client import Client, Refusal, new_id
from deploy.reference.documents import applications
from deploy.running import Running
from schemas.catalogue import Function
from schemas.export import ROOT
from schemas.live import CLOSE_SIGNED_OUT, SNAPSHOT
from schemas.mandate import Act
from schemas.values import Right
from services.directory.words import WORDS
from tests.contract.lying_provider import Liar
from tests.journey.case import Case, approached, claimed
from tests.journey.cast import People, Places, done
from tests.journey.looking import Page
from tests.journey.provided import Sent, bound, with_a_key
from tests.journey.switching import SOON, out_everywhere, switch
from tests.journey.waiting import until
from tests.phone import Phone

pytestmark = pytest.mark.timeout(180)

DIRECTORY = "/api/directory"
MAIL = {"smtplib", "imaplib", "poplib", "aiosmtplib", "mailbox"}
SIGNED = {"credential": "AA", "client_data": "AA", "authenticator_data": "AA", "signature": "AA"}


class Night:
    """A municipality that is hit, its helper of another one, and what the attacker holds of both."""

    def __init__(self, people: People, places: Places) -> None:
        self.people = people
        self.lender = places.lender(Function.NETWORK, 2, standing=True)
        self.case = Case(people, places)
        self.desk = people.with_right(Right.ADMINISTER, self.lender.id)
        self.helper = next(each for each in self.lender.helpers if each.person != self.desk.person)
        self.request = self.case.request(Function.NETWORK, 1, self.lender.id)
        approached(self.helper, self.request)
        claimed(self.helper, self.request)
        self.administrator = people.with_right(Right.ADMINISTER, self.case.victim)

    def newcomer(self, right: Right) -> tuple[UUID, str]:
        """A colleague of the victim who may do this, and their private number."""
        key, phone = new_id(), f"06 {randbelow(10**8):08}"
        new = {"id": key, "name": f"Iemand met {right}", "phone": phone, "rights": [right]}
        path = f"{DIRECTORY}/organisations/{self.case.victim}/people"
        done(self.administrator.send(path, {"people": [new]}))
        return UUID(key), phone

    def print(self) -> dict[str, Any]:
        """A card of the victim, as it lies in the vault."""
        body = {"organisation": self.case.victim, "roles": ["ciso"]}
        return dict(done(self.administrator.send(f"{DIRECTORY}/cards", body))["cards"][0])

    def session_of_a_phone(self) -> Client:
        """The helper on a phone of their own; the attacker has what is in its browser."""
        there = Client(self.people.origin)
        with_a_key(there, Phone(), self.desk, self.helper.person)
        return there


def test_the_attacker_gets_nowhere_with_any_of_what_they_hold(
    platform: Running, people: People, places: Places, liar: Liar
) -> None:
    night = Night(people, places)
    _the_mailboxes_open_nothing()
    _an_old_card_opens_nothing(night, platform)
    _a_stolen_session_leads_to_no_other_and_ends_with_the_switch(night)
    _the_identity_provider_opens_what_a_key_bound_and_nothing_after_the_switch(night, liar)


def _the_mailboxes_open_nothing() -> None:
    """Nothing is sent by mail and nothing that comes by mail lets anybody in: there is no address in it."""
    for file in sorted((ROOT / "services").rglob("*.py")):
        assert not imports_of(file) & MAIL, file
    for app in applications().values():
        assert not {name for name in fields_of(app.openapi()) if "mail" in name.lower()}
    assert not [code for code, words in WORDS.items() if "mail" in words.en.lower()]


def imports_of(file: Path) -> set[str]:
    """The modules that a file names, by their first word."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    named += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in named}


def fields_of(document: Any) -> set[str]:
    """The name of every property that a document describes, and of every path."""
    if isinstance(document, list):
        return set().union(*map(fields_of, document))
    if not isinstance(document, dict):
        return set()
    own = {*document.get("properties", {}), *document.get("paths", {})}
    return own.union(*map(fields_of, document.values()))


def _an_old_card_opens_nothing(night: Night, platform: Running) -> None:
    """Its year is over, or new ones were printed since; a photograph of a new one waits for a colleague."""
    photographed = night.print()
    asyncio.run(_two_years_later(platform.platform.database("directory"), photographed["number"]))
    with Client(night.people.origin) as thief, Page(night.administrator) as page:
        heard = [_asked(thief, photographed)]
        old, new = night.print(), night.print()
        unknown, wrong = ({**old, "number": number} for number in ("GM0000-0001", new["number"]))
        heard += [_asked(thief, each) for each in (photographed, old, unknown, wrong)]
        assert heard == [Refusal(409, "card_refused")] * 5
        assert thief.send(f"{DIRECTORY}/cards/enter", {}) == Refusal(409, "card_use_over")
        done(_asked(thief, new))
        page.until(lambda picture: picture.get("card", new["number"])["asked"] == 1, SOON)
        # Nobody is woken for what opens nothing; whoever looks into it reads that there is a photograph.
        assert {page.picture.get("card", each["number"])["asked"] for each in (photographed, old)} == {0}
        log = platform.supervisor.log("directory").read_text()
        assert f"card {old['number']} is over, and somebody has its words" in log
        assert not [card for card in (photographed, old, new) if card["words"] in log]
        assert done(thief.send(f"{DIRECTORY}/cards/enter", {}))["waiting"] is True
        done(night.administrator.send(f"{DIRECTORY}/cards/{new['number']}/stop", {}))
        assert isinstance(thief.send(f"{DIRECTORY}/cards/enter", {}), Refusal)
        assert thief.read(f"{DIRECTORY}/me") == Refusal(401, "not_signed_in")


def _asked(thief: Client, card: dict[str, Any]) -> dict[str, Any] | Refusal:
    """What is said to who types what stands on a card."""
    typed = {"number": card["number"], "words": card["words"], "name": "Wilma"}
    return thief.send(f"{DIRECTORY}/cards/open", typed)


async def _two_years_later(database: str, number: str) -> None:
    """The card lies there as if it were printed and photographed then: it had a year."""
    connection = await asyncpg.connect(database)
    over = "jsonb_build_object('expires_at', now() - interval '1 year')"
    assert await connection.execute(f"UPDATE card SET state = state || {over} WHERE id = $1", number)
    await connection.close()


def _a_stolen_session_leads_to_no_other_and_ends_with_the_switch(night: Night) -> None:
    """It sees what the helper sees, makes no key, throws no switch, and is over when one is thrown."""
    with night.session_of_a_phone() as stolen, Page(stolen) as page:
        assert page.picture.get("help_request", night.request)
        colleague = str(night.desk.person)
        for path, body in (
            ("passkeys/add", {"passkey": SIGNED}),
            ("invitations", {"person": colleague, "checked": "in_person"}),
            ("cards", {"organisation": night.lender.id, "roles": ["ciso"]}),
            (f"organisations/{night.lender.id}/distrust", {}),
            (f"organisations/{night.case.victim}/distrust", {}),
        ):
            assert isinstance(stolen.send(f"{DIRECTORY}/{path}", body), Refusal), path
        done(night.desk.send(switch(night.lender.id, "distrust"), {}))
        assert page.closed(SOON) == CLOSE_SIGNED_OUT
        until(lambda: out_everywhere(stolen), SOON, what="the stolen session is out everywhere")
    # What was promised stands: the helper comes back with a key of their own and goes on.
    with night.people.anew(night.helper.person) as back:
        assert until(lambda: back.rows()["help_request"].get(night.request), SOON, what="the request")


def _the_identity_provider_opens_what_a_key_bound_and_nothing_after_the_switch(
    night: Night, liar: Liar
) -> None:
    """Whoever holds it is nobody who bound no account; and of who did, it makes no more than they are."""
    victim, administrator = night.case.victim, str(night.administrator.person)
    powers = ["beheer", *Right, *Act, "administrators"]
    with Sent(night.people.origin, liar, victim) as thief:
        mail = {"email": "beheerder@gemeente.example", "email_verified": True}
        for said in ({"sub": administrator}, {"sub": "root", "preferred_username": administrator, **mail}):
            landed = thief.back(thief.away(), groups=powers, **said)
            assert landed == "/sign-in?refused=account_unbound"
            assert thief.read(f"{DIRECTORY}/me") == Refusal(401, "not_signed_in")
    staff = [each.person for each in night.people.staff(victim)]
    member = next(each for each in staff if not each.memberships[0].rights)
    head, mandated = night.newcomer(Right.ADMINISTER), night.newcomer(Right.MANDATE)
    for person, sub in ((member.id, "member"), (head[0], "head"), (mandated[0], "mandated")):
        with Sent(night.people.origin, liar, victim) as own:
            bound(own, night.administrator, person, sub)
    numbers = {*(each.phone for each in night.people.staff(victim)), head[1], mandated[1]}
    with Sent(night.people.origin, liar, victim) as thief, Sent(night.people.origin, liar, victim) as late:
        for sub in ("head", "mandated", "member"):
            assert thief.back(thief.away(), sub=sub, groups=powers) == "/"
            _it_opens_nothing_that_takes_a_key(night, thief, numbers)
            _it_binds_nobody(night, thief, mandated=sub == "mandated")
        me = thief.read(f"{DIRECTORY}/me")
        assert (me["person"], me["way"], me["rights"]) == (str(member.id), "oidc", {victim: []})
        begun = late.away()
        done(night.administrator.send(switch(victim, "distrust"), {}))
        until(lambda: out_everywhere(thief), SOON, what="the attacker's session is out everywhere")
        for each in (late, thief):
            assert each.read(f"{DIRECTORY}/me") == Refusal(401, "not_signed_in")
        assert late.back(begun, sub="member") == "/sign-in?refused=provider_distrusted"
        again = thief.send(f"{DIRECTORY}/oidc/start", {"organisation": victim})
        assert isinstance(again, Refusal) and (again.status, again.code) == (503, "provider_away")
        assert late.read(f"{DIRECTORY}/me") == Refusal(401, "not_signed_in")


def _it_binds_nobody(night: Night, thief: Client, *, mandated: bool) -> None:
    """Not under the mandate of whose account it is either, nor back out of what was asked and shared."""
    request, incident = f"requests/{night.request}", f"incidents/{night.case.incident}"
    for path, body in (
        (f"{request}/confirm", {"circle": [night.lender.id]}),
        (f"{request}/number", {"number": 9}),
        (f"{request}/withdraw", {}),
        (f"{incident}/coordinators", {"coordinators": [night.lender.id]}),
        (f"{incident}/guests", {"guest": str(night.administrator.person)}),
        (f"{incident}/close", {}),
        (f"{incident}/facts", {"tlp": "TLP:RED"}),
        (f"{incident}/facts", {"call_back": {"phone": "06 00000009"}}),
        (f"{incident}/redact", {"words": ["ransomware"]}),
    ):
        no = thief.send(f"/api/aid/{path}", body)
        assert isinstance(no, Refusal), path
        assert (no.status, no.code) == (403, "provider_not_enough" if mandated else "not_your_right"), path


def _it_opens_nothing_that_takes_a_key(night: Night, thief: Client, numbers: set[str]) -> None:
    """Whoever they are there: no key, no right, no card, no mandate, and no private number of anybody."""
    victim, own = night.case.victim, thief.read(f"{DIRECTORY}/me")["person"]
    colleague = next(str(each.person.id) for each in night.people.staff(victim) if str(each.person.id) != own)
    people = f"organisations/{victim}/people"
    newcomer = {"id": new_id(), "name": "Iemand", "phone": "06 00000000", "rights": ["administer"]}
    for path, body in (
        ("passkeys/add", {"passkey": SIGNED}),
        ("oidc/bind", {"organisation": victim, "passkey": SIGNED}),
        ("invitations", {"person": colleague, "checked": "in_person"}),
        (f"organisations/{victim}/invitations", {"people": [colleague], "checked": "in_person"}),
        ("cards", {"organisation": victim, "roles": ["ciso"]}),
        (f"organisations/{victim}/mandates", {"after": 0, "entries": []}),
        (people, {"people": [newcomer]}),
        (f"{people}/check", {"people": [colleague]}),
        (f"{people}/{colleague}", {"name": "Iemand", "phone": "06 00000000"}),
        (f"{people}/{colleague}/leave", {}),
        ("wake-list", {"organisation": victim, "after": 0, "turns": [], "minutes": 3, "phone": ""}),
        (f"organisations/{victim}/distrust", {}),
        (f"organisations/{victim}/trust", {}),
    ):
        assert isinstance(thief.send(f"{DIRECTORY}/{path}", body), Refusal), path
    for path in (people, "export", "number"):
        assert isinstance(thief.read(f"{DIRECTORY}/{path}"), Refusal), path
    read = [f"colleagues?organisation={victim}", f"organisations/{victim}/mandates", "cards/asked"]
    read += ["passkeys", "sessions", "oidc/accounts", f"wake-list?organisation={victim}"]
    said = str([thief.read(f"{DIRECTORY}/{path}") for path in read] + [thief.read(SNAPSHOT)])
    assert not [number for number in numbers if number in said]
