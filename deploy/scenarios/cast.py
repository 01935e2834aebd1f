"""Who plays: signed-in people with the right that a role takes, found in the directory of a demonstration."""

from math import asin, cos, radians, sin, sqrt
from typing import Any
from uuid import UUID

from deploy.client import Client, Refusal
from deploy.scenarios.story import Circle


class PlayFailed(Exception):
    """The platform did not do what the story expects; the text says where and what came instead."""


class Cast:
    """Everybody there is, signed in when first needed."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._anybody = Client(origin)
        self._clients: dict[UUID, Client] = {}
        self._staff: dict[str, list[dict[str, Any]]] = {}
        self._organisations: dict[str, dict[str, Any]] = {}

    def person(self, person: str) -> Client:
        """This person."""
        key = UUID(person)
        if key not in self._clients:
            self._clients[key] = Client(self._origin).sign_in(key)
        return self._clients[key]

    def with_right(self, right: str, organisation: str) -> Client:
        """The first who may do that there. Raises PlayFailed."""
        able = [each for each in self.staff(organisation) if right in each["rights"]]
        if not able:
            raise PlayFailed(f"nobody at {organisation} has the right {right}")
        return self.person(able[0]["person"])

    def staff(self, organisation: str) -> list[dict[str, Any]]:
        """Everybody who works there. Raises PlayFailed."""
        if organisation not in self._staff:
            found = self._anybody.read(f"/api/directory/demo/people?organisation={organisation}")
            if isinstance(found, Refusal):
                raise PlayFailed(f"the people of {organisation} cannot be had: {found}")
            self._staff[organisation] = found["people"]
        return self._staff[organisation]

    def circle(self, circle: Circle, asker: str) -> list[str]:
        """The ids of who is asked. Raises PlayFailed."""
        if circle.organisations:
            return list(circle.organisations)
        there = self._there_are()
        towns = [each for each in there.values() if each["kind"] == "municipality"]
        if circle.within_km is None:
            regions = circle.regions or (there[asker]["region"],)
            return [each["id"] for each in towns if each["region"] in regions]
        return [each["id"] for each in towns if _km(there[asker], each) <= circle.within_km]

    def _there_are(self) -> dict[str, dict[str, Any]]:
        if not self._organisations:
            found = self._anybody.read("/api/directory/organisations")
            if isinstance(found, Refusal):
                raise PlayFailed(f"the organisations cannot be had: {found}")
            self._organisations = {each["id"]: each for each in found["organisations"]}
        return self._organisations

    def go_home(self) -> None:
        """Close every connection."""
        for client in (self._anybody, *self._clients.values()):
            client.__exit__()


def _km(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Great-circle distance."""
    a, b = radians(one["latitude"]), radians(other["latitude"])
    turn = radians(other["longitude"] - one["longitude"])
    h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(turn / 2) ** 2
    return 2 * 6371 * asin(sqrt(h))
