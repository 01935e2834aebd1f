"""A case in full swing, and the cookies and ids of all who have to do with it."""

from typing import Final
from uuid import UUID

from deploy.client import new_id
from schemas.catalogue import Function
from schemas.values import IBD, Right
from tests.journey.case import Case, approached, claimed
from tests.journey.cast import People, Places, done

NOBODY: Final = "nobody"


class Scene:
    """`ids` holds, by the name of a field or of a part of a path, what exists under that name."""

    def __init__(self, people: People, places: Places) -> None:
        self._people = people
        lender = places.lender(Function.NETWORK, 3, standing=True)
        waiting = places.lender(Function.NETWORK, 2)
        case = Case(people, places)
        request = case.request(Function.NETWORK, 6, lender.id, waiting.id)
        draft = case.ask(Function.NETWORK, 2)
        final = claimed(lender.helpers[0], request)
        reserved = claimed(waiting.helpers[0], request)
        asked = approached(lender.helpers[1], request)
        line = new_id()
        done(case.mandate.send(f"/api/aid/incidents/{case.incident}/log", {"id": line, "text": "een regel"}))
        ibd = people.with_right(Right.IBD, IBD)
        self._who = {
            "mandate": case.mandate.person,
            "desk": lender.desk.person,
            "waiting desk": waiting.desk.person,
            "helper": lender.helpers[0].person,
            "asked": lender.helpers[1].person,
            "ibd": ibd.person,
            "outsider": people.staff(places.take())[0].person.id,
        }
        self._cookies: dict[str, str] = {}
        persons = [str(each) for each in self._who.values()]
        organisations = [case.victim, lender.id, waiting.id, IBD, "VR05", "SV01", "GM9999"]
        commitments = [final["id"], reserved["id"]]
        self.ids: dict[str, list[str]] = {
            "incidents": [case.incident],
            "incident": [case.incident],
            "requests": [request, draft],
            "approaches": [asked["id"]],
            "approach": [asked["id"]],
            "commitments": commitments,
            "reservations": commitments,
            "person": persons,
            "people": persons,
            "team_lead": persons,
            "guest": persons,
            **dict.fromkeys(("affected", "borrower", "lender", "organisation", "lending"), organisations),
            **dict.fromkeys(("circle", "coordinators"), organisations),
            "id": [case.incident, request, line, new_id()],
        }

    @property
    def roles(self) -> list[str]:
        """Everybody, and nobody."""
        return [NOBODY, *self._who]

    def cookie(self, role: str) -> str:
        """The Cookie header of a role; nobody has none."""
        if role == NOBODY:
            return ""
        if role not in self._cookies:
            self._cookies[role] = self._people.cookie(self._person(role))
        return self._cookies[role]

    def left(self, role: str) -> None:
        """The session of that role may be over: the next cookie is of a new one."""
        self._cookies.pop(role, None)

    def _person(self, role: str) -> UUID:
        found = self._who[role]
        assert found is not None
        return found
