"""Who plays in the journeys: anybody who was made up, in municipalities that each test has to itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx

from deploy.client import Client
from schemas.catalogue import Function
from schemas.values import Right
from services.directory.rules.fictitious import PERSONAS, MadeUp, make_people
from services.directory.seed import demo_organisations

NUMBER = 5_400
"""Made-up people in the platform of the journeys: enough for 200 with one function who may be asked.

Every service takes in all of them when a platform starts, so elsewhere there are as few as will do.
"""

PLAYED = frozenset({"VR05", "VR06"})
"""Safety regions in which the stories are played, whoever is asked there."""

RESERVED = frozenset(persona.organisation for persona in PERSONAS)


class People:
    """Signs in as anybody who was made up, of so many; a person keeps one session for all tests."""

    def __init__(self, origin: str, number: int = NUMBER) -> None:
        self.origin = origin
        organisations = demo_organisations()
        self.organisations = {each.id: each for each in organisations}
        self.all = {each.person.id: each for each in make_people(organisations, number)}
        self._staff: dict[str, list[MadeUp]] = {}
        for each in self.all.values():
            self._staff.setdefault(each.person.memberships[0].organisation, []).append(each)
        self._door = httpx.Client(base_url=origin)
        self._signed_in: dict[UUID, Client] = {}

    def be(self, person: UUID) -> Client:
        """A signed-in person."""
        if person not in self._signed_in:
            self._signed_in[person] = self.anew(person)
        return self._signed_in[person]

    def anew(self, person: UUID) -> Client:
        """The same with a session of its own, which the test may end."""
        return Client(self.origin).sign_in(person)

    def cookie(self, person: UUID) -> str:
        """Only the Cookie header of a new session: enough for one of very many."""
        headers = {"Idempotency-Key": str(uuid4())}
        answer = self._door.post("/api/directory/demo/sign-in", json={"person": str(person)}, headers=headers)
        self._door.cookies.clear()
        return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())

    def persona(self, name: str) -> Client:
        """One of those whom the demonstration invites to play."""
        return self.be(next(key for key, each in self.all.items() if each.name == name))

    def staff(self, organisation: str) -> list[MadeUp]:
        """Everybody who works there."""
        return self._staff.get(organisation, [])

    def with_right(self, right: Right, organisation: str) -> Client:
        """Somebody who may do that there."""
        staff = (each.person for each in self.staff(organisation))
        return self.be(next(person.id for person in staff if person.may(right, organisation)))

    def close(self) -> None:
        """Everybody goes home."""
        self._door.close()
        for client in self._signed_in.values():
            client.__exit__()


@dataclass
class Lender:
    """A municipality that helps: its desk, and those of its people who have the function."""

    id: str
    desk: Client
    helpers: list[Client]


class Places:
    """Hands out municipalities that no other test uses."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._free = [
            each.id
            for each in people.organisations.values()
            if each.population is not None and each.id not in RESERVED and each.region not in PLAYED
        ]

    @property
    def free(self) -> list[str]:
        """Those that nobody uses."""
        return list(self._free)

    def take(self) -> str:
        """Any municipality."""
        return self._free.pop(0)

    def lender(
        self,
        function: Function,
        helpers: int = 1,
        *,
        standing: bool = False,
        cover: dict[str, int] | None = None,
        ask_people: bool = True,
    ) -> Lender:
        """A municipality with so many people on duty who have the function, and these agreements.

        Whoever lends there is none of them, so that a test that tells the two apart can.
        """
        found = next(
            each
            for each in self._free
            if len(able := self._with(function, each)) >= helpers
            and not any(one.person.may(Right.LEND, each) for one in able)
        )
        self._free.remove(found)
        desk = self._people.with_right(Right.LEND, found)
        agreements = {
            "cover": cover or {},
            "standing": [{"id": str(UUID(int=1)), "at_most": 9, "max_days": 30}] if standing else [],
            "ask_people": ask_people,
        }
        done(desk.send(f"/api/aid/lending/{found}", agreements))
        chosen = [self._people.be(each.person.id) for each in self._with(function, found)]
        for helper in chosen:
            done(helper.send("/api/aid/duty", {"on": True}))
        return Lender(found, desk, chosen)

    def _with(self, function: Function, organisation: str) -> Sequence[MadeUp]:
        return [each for each in self._people.staff(organisation) if function in each.person.functions]


def done(answer: object) -> dict:
    """An answer that has to be a success."""
    assert isinstance(answer, dict), answer
    return answer
