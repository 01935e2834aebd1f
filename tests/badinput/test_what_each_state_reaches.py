"""Every route, for each kind of caller, in each state of their way in: a rule per state, by hand.

What a state leaves of a way in is told as a role of the table of roles and routes, so that a route which is
added there is judged here too. The cases are exercises: nothing more is open in one than in earnest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from deploy.client import Client, Refusal, new_id
from schemas.catalogue import Function
from schemas.live import CLOSE_SIGNED_OUT, SNAPSHOT, SOCKET
from schemas.mandate import Act
from schemas.values import Right
from services.live.described import document
from tests.badinput.parties import ROLES, Parties
from tests.badinput.who_reaches_what import AID, DIRECTORY, TABLE, F, U, Y, heard, with_ids
from tests.contract.doors import CARD, DOORS, KEY, OWN
from tests.contract.lying_provider import Liar
from tests.journey.case import moment
from tests.journey.cast import People, Places, done
from tests.journey.looking import Page
from tests.journey.provided import Sent, bound, with_a_key
from tests.journey.switching import out_everywhere, switch
from tests.journey.waiting import until
from tests.phone import Phone

pytestmark = pytest.mark.timeout(240)

SOON = 30
CARDS = f"{DIRECTORY}/cards"
REQUEST, COMMITMENT, INCIDENT = (
    f"{AID}/{each}/{{target}}" for each in ("requests", "commitments", "incidents")
)


@dataclass(frozen=True)
class Rule:
    """Who is in that state is answered as this role, but at these routes: with the code of a refusal, if any.

    `ends`: what would end that state, so it is left out.
    """

    role: str
    but: Mapping[str, str] = field(default_factory=dict)
    ends: str = ""


BINDS_NOBODY = (
    *("incidents", "requests", "duty"),
    *(f"incidents/{{target}}/{each}" for each in ("services", "facts", "log", "guests/end")),
)
"""Commands of `aid` for which nobody needs a key of their own: telling, drafting, and ending a guest."""

OVER = Rule("nobody")
RULES = {
    "signed out": OVER,
    "all sessions ended": OVER,
    "off the list": OVER,
    "guest ended": OVER,
    "guest's time is up": OVER,
    "guest's incident closed": OVER,
    "system's key ended": OVER,
    "card without a yes": OVER,
    "card stopped": OVER,
    "switch thrown": OVER,
    "rights taken away": Rule("colleague"),
    "function taken away": Rule("asked", {f"POST {REQUEST}/claim": "not_asked_any_more"}),
    # It blocks nothing that was promised, nor what the right alone allows.
    "mandate lapsed": Rule(
        "mandate",
        dict.fromkeys(
            (f"POST {REQUEST}/confirm", f"POST {COMMITMENT}/approve", f"POST {INCIDENT}/guests"),
            "mandate_over",
        ),
    ),
    "in by a card": Rule(
        "mandate",
        {
            **{door.replace(" ", f" {DIRECTORY}"): CARD for door, (_, said) in DOORS.items() if said == CARD},
            # There is none here.
            f"POST {CARDS}/approve": "card_use_over",
        },
    ),
    "in by a provider": Rule(
        "mandate",
        {
            **{
                door.replace(" ", f" {DIRECTORY}"): said
                for door, (said, _) in DOORS.items()
                if said in (KEY, OWN)
            },
            f"POST {CARDS}/approve": "card_use_over",
            **dict.fromkeys(
                (f"{method} {path}" for method, path in TABLE if path.startswith(AID) and method == "POST"),
                OWN,
            ),
            **dict.fromkeys((f"POST {AID}/{each}" for each in BINDS_NOBODY), ""),
        },
        ends=f"POST {DIRECTORY}/oidc/loosen",
    ),
}
"""State -> what is left of the way in."""


def wrong_answers(client: Client, parties: Parties, state: str, ids: dict[str, Any]) -> Iterator[str]:
    """Each route that asks who it is and answers otherwise than the rule of this state says."""
    rule = RULES[state]
    if rule is not OVER:
        Page(client).drop()
    elif heard(client.read(SNAPSHOT)) != U or not is_sent_away(client):
        yield f"{state}: live shows something"
    for (method, path), (target, body, row) in TABLE.items():
        expected = row[ROLES.index(rule.role)]
        # A door that is open to nobody in particular asks nobody; and where this role was put out by a row
        # before, whoever is alone here was not.
        if row[0] != U or (expected == U and rule is not OVER) or f"{method} {path}" == rule.ends:
            continue
        place = with_ids(path, target.format(**ids))
        answer = client.read(place) if method == "GET" else client.send(place, body(parties))
        code = rule.but.get(f"{method} {path}") if Y in expected else None
        found = heard(answer)
        # What this state is refused with is heard where the rule says so, and nowhere else.
        if isinstance(answer, Refusal) and (code or answer.code in rule.but.values()):
            found = answer.code
        if found not in (code or expected):
            yield f"{state} at {method} {path}: {answer} instead of {code or expected}"


def is_sent_away(client: Client) -> bool:
    """Whether the websocket says goodbye and nothing else."""
    address = client.origin.replace("http", "ws", 1) + SOCKET
    shown = client.shown
    with (
        connect(address, additional_headers=shown, proxy=None) as way,
        pytest.raises(ConnectionClosed) as over,
    ):
        way.recv(timeout=20)
    return over.value.rcvd is not None and over.value.rcvd.code == CLOSE_SIGNED_OUT


def test_live_has_no_other_route() -> None:
    assert list(document("x")["paths"]) == [SNAPSHOT]


class Comers:
    """Whoever comes in to the case of the victim, by every way there is."""

    def __init__(self, parties: Parties, liar: Liar) -> None:
        self.parties, self.liar = parties, liar
        self.mandate = parties.of["mandate"]
        self.victim = parties.case.victim
        self.made: list[Client] = []

    def somebody(self, person: UUID | None) -> Client:
        """A made-up person, in a session of its own."""
        return self._in(self._new().sign_in(person))

    def with_a_key(self, person: str) -> Client:
        """Somebody with a phone."""
        there = self._new()
        with_a_key(there, Phone(), self.mandate, UUID(person))
        return self._in(there)

    def with_an_account(self, administrator: Client, person: UUID) -> Client:
        """Somebody for whom the identity provider vouches."""
        with Sent(self.mandate.origin, self.liar, self.victim) as own:
            bound(own, administrator, person, "account")
        there = Sent(self.mandate.origin, self.liar, self.victim)
        self.made.append(there)
        assert there.back(there.away(), sub="account") == "/"
        return self._in(there)

    def newcomer(self) -> tuple[str, Client]:
        """Somebody who was brought in just now, with a phone."""
        person = new_id()
        new = {"id": person, "name": "Iemand Verzonnen", "phone": "06 00000000"}
        self._tell(f"organisations/{self.victim}/people", {"people": [new]})
        return person, self.with_a_key(person)

    def guest(self, **more: Any) -> tuple[str, Client]:
        """Somebody from outside, whom no incident names yet."""
        invited = self._tell("guests", self.parties.invited(**more))
        there = self._new()
        done(there.send(f"{DIRECTORY}/guests/enter", {name: invited[name] for name in ("secret", "code")}))
        return invited["person"], self._in(there)

    def reader(self, **more: Any) -> tuple[str, Client]:
        """A guest who reads the incident."""
        guest, there = self.guest(**more)
        home = f"{AID}/incidents/{self.parties.case.incident}"
        until(
            lambda: isinstance(self.mandate.send(f"{home}/guests", {"guest": guest}), dict),
            SOON,
            what="the guest in the incident",
        )
        done(there.read(home))
        return guest, there

    def system(self) -> tuple[str, Client]:
        """A program of the victim's."""
        wanted = {"name": "Wand", "about": "leest mee", "days": 1}
        made = self._tell(f"organisations/{self.victim}/systems", wanted)
        return made["client_id"], self._in(self._new().come_in(made["client_id"], made["client_secret"]))

    def holder(self) -> tuple[dict[str, Any], Client]:
        """Somebody with a card, whom nobody said yes to."""
        [card] = self._tell("cards", {"organisation": self.victim, "roles": ["ciso"]})["cards"]
        there = self._new()
        typed = {"number": card["number"], "words": card["words"], "name": "Iemand"}
        return {**card, **done(there.send(f"{CARDS}/open", typed))}, there

    def with_a_card(self, approver: Client, person: str) -> tuple[str, Client]:
        """A colleague whom another let in by a card."""
        card, there = self.holder()
        [use] = [
            each for each in done(approver.read(f"{CARDS}/asked"))["uses"] if each["number"] == card["number"]
        ]
        done(approver.send(f"{CARDS}/approve", {"use": use["use"], "code": card["code"], "person": person}))
        done(there.send(f"{CARDS}/enter", {}))
        return card["number"], self._in(there)

    def change(self, people: People, organisation: str, person: UUID | None, **more: Any) -> None:
        """What somebody does there from now on; not said: as it was."""
        known = next(each for each in people.staff(organisation) if each.person.id == person)
        [member] = known.person.memberships
        was = {"name": known.name, "phone": known.phone, "functions": known.person.functions}
        body = {**was, "rights": member.rights, **more}
        administrator = people.with_right(Right.ADMINISTER, organisation)
        done(administrator.send(f"{DIRECTORY}/organisations/{organisation}/people/{person}", body))

    def duty(self, client: Client, organisation: str) -> str:
        """What is heard at a route of `aid` that takes a right."""
        return heard(client.read(f"{AID}/duty?organisation={organisation}"))

    def _tell(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return done(self.mandate.send(f"{DIRECTORY}/{path}", body))

    def _new(self) -> Client:
        self.made.append(Client(self.mandate.origin))
        return self.made[-1]

    def _in(self, client: Client) -> Client:
        done(client.read(f"{DIRECTORY}/me"))
        return client


@pytest.fixture
def comers(people: People, places: Places, provided: list[str], liar: Liar) -> Iterator[Comers]:
    made = Comers(Parties(people, places, provided.pop(), exercise=True), liar)
    yield made
    for each in made.made:
        each.__exit__()
    made.parties.close()


def test_nobody_reaches_anything_when_their_way_in_is_over(comers: Comers) -> None:
    parties, mandate, victim = comers.parties, comers.mandate, comers.victim
    _, late = comers.guest(until=moment(seconds=6))
    over: list[tuple[str, Client]] = [("card without a yes", comers.holder()[1])]
    for role in ROLES[1:]:
        client = comers.somebody(parties.of[role].person)
        done(client.send(f"{DIRECTORY}/sign-out", {}))
        over.append(("signed out", client))
    everywhere = comers.with_a_key(parties.administered)
    done(comers.somebody(UUID(parties.administered)).send(f"{DIRECTORY}/sessions/end-all", {}))
    person, gone = comers.newcomer()
    done(mandate.send(f"{DIRECTORY}/organisations/{victim}/people/{person}/leave", {}))
    guest, ended = comers.reader()
    done(mandate.send(f"{DIRECTORY}/guests/{guest}/end", {}))
    _, closed = comers.reader()
    done(mandate.send(f"{AID}/incidents/{parties.case.incident}/close", {}))
    key, system = comers.system()
    done(mandate.send(f"{DIRECTORY}/organisations/{victim}/systems/{key}/end", {}))
    number, stopped = comers.with_a_card(mandate, parties.administered)
    done(mandate.send(f"{CARDS}/{number}/stop", {}))
    over += [("all sessions ended", everywhere), ("off the list", gone), ("guest ended", ended)]
    over += [("guest's incident closed", closed)]
    over += [("system's key ended", system), ("card stopped", stopped)]
    wrong = all_wrong(parties, [*over, ("guest's time is up", late)])
    still = [comers.somebody(parties.of[role].person) for role in ("colleague", "reporter", "mandate")]
    still += [comers.with_a_key(parties.administered), comers.system()[1]]
    still += [comers.with_a_card(mandate, parties.administered)[1], comers.guest()[1]]
    done(mandate.send(switch(victim, "distrust"), {}))
    wrong += all_wrong(parties, [("switch thrown", each) for each in still])
    assert not wrong, "\n".join(wrong)


def all_wrong(parties: Parties, over: list[tuple[str, Client]]) -> list[str]:
    """What is not as the rules say, once every service has heard that a way in is over."""
    wrong: list[str] = []
    for state, client in over:
        until(lambda client=client: out_everywhere(client), SOON, what=f"{state}: out everywhere")
        wrong += wrong_answers(client, parties, state, ids_of(parties))
    return wrong


def ids_of(parties: Parties) -> dict[str, Any]:
    return {**vars(parties), "incident": parties.case.incident, "session": new_id()}


def rights_taken_away(comers: Comers, people: People) -> tuple[Client, dict[str, Any]]:
    """Of whoever reported until now; what was the colleague's own is theirs."""
    person = comers.parties.of["reporter"].person
    there = comers.somebody(person)
    comers.change(people, comers.victim, person, rights=[])
    until(lambda: comers.duty(there, comers.victim) == F, SOON, what="the news at aid")
    return there, {"administered": str(person), "passkey": new_id()}


def function_taken_away(comers: Comers, people: People) -> tuple[Client, dict[str, Any]]:
    """Of whoever was asked to help with it."""
    there = comers.somebody(comers.parties.of["asked"].person)
    lender = comers.parties.lender
    # The right is what shows that it is known.
    comers.change(people, lender, there.person, functions=[Function.CISO], rights=[Right.ADMINISTER])
    until(lambda: comers.duty(there, lender) == Y, SOON, what="the news at aid")
    return there, {}


def mandate_lapsed(comers: Comers, people: People) -> tuple[Client, dict[str, Any]]:
    """Of the one who may confirm there."""
    there = comers.somebody(comers.mandate.person)
    entry = {
        "id": new_id(),
        "person": str(there.person),
        "acts": [each for each in Act if each.right is Right.MANDATE],
        "until": moment(days=-1),
    }
    path = f"{DIRECTORY}/organisations/{comers.victim}/mandates"
    done(comers.mandate.send(path, {"after": 0, "entries": [entry]}))
    parties = comers.parties
    path, again = f"{AID}/requests/{parties.request}/confirm", {"circle": [parties.lender, parties.waiting]}
    until(lambda: isinstance(there.send(path, again), Refusal), SOON, what="the news at aid")
    return there, {}


def in_by_a_card(comers: Comers, people: People) -> tuple[Client, dict[str, Any]]:
    """Whoever may do everything there, let in by a colleague."""
    approver = comers.parties.of["reporter"]
    comers.change(people, comers.victim, approver.person, rights=["report", "mandate"])
    _, there = comers.with_a_card(approver, str(comers.mandate.person))
    until(lambda: comers.duty(there, comers.victim) == Y, SOON, what="the news at aid")
    return there, {}


def in_by_a_provider(comers: Comers, people: People) -> tuple[Client, dict[str, Any]]:
    """Whoever may do everything there, vouched for by their organisation."""
    administrator = comers.parties.of["reporter"]
    comers.change(people, comers.victim, administrator.person, rights=[Right.ADMINISTER])
    assert comers.mandate.person is not None
    there = comers.with_an_account(administrator, comers.mandate.person)
    until(lambda: comers.duty(there, comers.victim) == Y, SOON, what="the news at aid")
    return there, {}


LEFT = {
    "rights taken away": rights_taken_away,
    "function taken away": function_taken_away,
    "mandate lapsed": mandate_lapsed,
    "in by a card": in_by_a_card,
    "in by a provider": in_by_a_provider,
}


def test_every_state_is_tried() -> None:
    assert {state for state, rule in RULES.items() if rule is not OVER} == set(LEFT)


@pytest.mark.parametrize("state", LEFT)
def test_what_is_left_of_a_way_in_opens_what_it_says_and_no_more(
    state: str, comers: Comers, people: People
) -> None:
    client, own = LEFT[state](comers, people)
    ids = {**ids_of(comers.parties), **own}
    wrong = list(wrong_answers(client, comers.parties, state, ids))
    assert not wrong, "\n".join(wrong)
