"""Every door of the directory, for a session that a provider vouches for and for one of a card: by hand."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.directory.rules.people import GIVEN
from services.directory.rules.session import open_with_card, open_with_provider
from services.directory.summaries import SUMMARIES
from services.runtime.now import clock
from services.runtime.push_keys import new_push_key, public_text, push_private_key
from services.runtime.tokens import Claims
from tests.contract.doors import CARD, DOORS, KEY, OPEN, OWN, SHOWN
from tests.contract.doorstep import Browser, directory, signed_in
from tests.contract.invited import a_guest
from tests.contract.staff import person
from tests.push_browser import PushBrowser

HOF = "GM1735"
SIGNED = {"credential": "AA", "client_data": "AA", "authenticator_data": "AA", "signature": "AA"}

CLOSED = frozenset(
    {
        *("GET /organisations", "GET /demo/people", "POST /demo/sign-in", "POST /guests/enter"),
        *("POST /passkey/options", "POST /passkey/sign-in", "POST /welcome/options", "POST /welcome/finish"),
        *("POST /cards/open", "POST /cards/call", "POST /cards/enter"),
        *("GET /oidc/providers", "POST /oidc/start", "POST /systems/token"),
    }
)
"""Those that are there for who has no session."""

ENDS = ("POST /sign-out", "POST /sessions/end-all", "POST /organisations/{organisation}/distrust")
"""After these the session is over: they are tried last."""

ANOTHER = {"phone": "06 00000003"}
NUMBERS = ("06 00000000", "06 00000002")


class Office:
    """An administrator with every right, a colleague, a card, and somebody who waits with another."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def open(self) -> "Office":
        here, _, me = await signed_in(self.app)
        _, _, colleague = await signed_in(self.app, name="Wilma Verzonnen", phone=NUMBERS[1])
        self.me = me
        self.entitle()
        headers = {"Authorization": f"Bearer {'x' * 32}", "Idempotency-Key": str(uuid4())}
        body = {"organisation": HOF, "roles": ["ciso", "privacy"], "origin": here.origin}
        printed = (await here.http.post("/internal/cards", json=body, headers=headers)).json()["cards"]
        opened = {"number": printed[1]["number"], "words": printed[1]["words"], "name": "Wilma"}
        _, asked = await Browser(self.app).post("cards/open", opened)
        self.card, self.code = printed[0]["number"], asked["code"]
        self.use = (await here.get("cards/asked"))[1]["uses"][-1]["use"]
        self.key = (await here.get("passkeys"))[1]["passkeys"][0]["id"]
        self.colleague = colleague
        return self

    def entitle(self) -> None:
        """Every right, as if it had been given: so that what refuses is the way in and no missing right."""
        known = self.app.state.directory.own
        found = known.person(UUID(self.me))
        [member] = found.memberships
        every = member.model_copy(update={"rights": GIVEN})
        known.keep([found.model_copy(update={"memberships": (every,)})])

    async def come_in(self, way: str) -> Browser:
        """The administrator, with no more than an account at a provider or a card."""
        now, held = clock()(), self.app.state.directory.own.person(UUID(self.me))
        if way == "oidc":
            session = open_with_provider(uuid4(), held, now)
        else:
            session = open_with_card(uuid4(), held, self.card, now)
        known = self.app.state.directory
        await known.keep(session)
        there = Browser(self.app)
        token = known.signer.sign(Claims(session.person, session.id), session.expires_at)
        there.http.cookies.set("noaber_session", token)
        return there

    def body(self, door: str) -> dict[str, Any]:
        """What this door asks, in order but for the key that signs."""
        entry = {"id": str(uuid4()), "person": self.me, "acts": ["confirm"]}
        return {
            "POST /invitations": {"person": self.colleague, "checked": "in_person"},
            "POST /passkeys/add": {"passkey": SIGNED},
            "POST /cards": {"organisation": HOF, "roles": ["ciso"]},
            "POST /cards/approve": {"use": self.use, "code": self.code, "person": self.colleague},
            "POST /organisations/{organisation}/mandates": {"after": 0, "entries": [entry]},
            "POST /organisations/{organisation}/people": {"people": [person()]},
            "POST /organisations/{organisation}/people/check": {"people": [self.colleague]},
            "POST /organisations/{organisation}/people/{person}": {"name": "Een ander", **ANOTHER},
            "POST /language": {"language": "en"},
            "POST /push": {"subscription": PushBrowser().subscription},
            "POST /organisations/{organisation}/people/{person}/number": {"yes": True, **ANOTHER},
            "POST /organisations/{organisation}/invitations": {
                "people": [self.colleague],
                "checked": "in_person",
            },
            "POST /organisations/{organisation}/systems": {"name": "Kaart", "about": "Toont", "days": 9},
            "POST /guests": a_guest(),
            "POST /wake-list": {"organisation": HOF, "after": 0, "turns": [], "minutes": 3, "phone": ""},
            "POST /oidc/bind": {"organisation": HOF, "passkey": SIGNED},
        }.get(door, {})

    async def tried(self, there: Browser, door: str) -> tuple[str, str]:
        """What it says, and all of it."""
        self.entitle()
        verb, _, path = door.partition(" /")
        for name, value in {
            "organisation": HOF,
            "person": self.colleague,
            "number": self.card,
            "passkey": self.key,
            "session": str(uuid4()),
            "device": str(uuid4()),
            "system": str(uuid4()),
        }.items():
            path = path.replace(f"{{{name}}}", value)
        if path in ("colleagues", "wake-list") and verb == "GET":
            path += f"?organisation={HOF}"
        status, found = await (there.get(path) if verb == "GET" else there.post(path, self.body(door)))
        assert status not in {400, 401}, (door, found)
        no = found.get("code", "") if isinstance(found, dict) else ""
        return (no if no in {KEY, SHOWN, OWN, CARD} else OPEN), str(found)


@pytest.fixture
async def app(filled: str) -> AsyncIterator[Any]:
    async with directory(filled, push_public_key=public_text(push_private_key(new_push_key()))) as made:
        yield made


def test_every_door_of_the_directory_is_judged() -> None:
    assert not DOORS.keys() & CLOSED
    assert DOORS.keys() | CLOSED == SUMMARIES.keys()


@pytest.mark.parametrize(("way", "at_which"), [("oidc", 0), ("card", 1)])
async def test_without_a_key_of_ones_own_a_session_opens_these_doors_and_reads_nobodys_number(
    app: Any, way: str, at_which: int
) -> None:
    office = await Office(app).open()
    there = await office.come_in(way)
    for door in sorted(DOORS, key=lambda door: door in ENDS):
        if door in ENDS:
            there = await office.come_in(way)
        said, whole = await office.tried(there, door)
        assert said == DOORS[door][at_which], (door, whole)
        assert not [number for number in NUMBERS if number in whole], door
