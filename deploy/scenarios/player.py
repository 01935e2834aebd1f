"""Plays a story over the public HTTP interface, as the people in it would, and keeps count."""

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final, TypeVar
from uuid import UUID

from deploy.client import Client, Refusal, new_id
from deploy.scenarios.compare import differences
from deploy.scenarios.story import By, Circle, Step, Story

PATIENCE_SECONDS: Final = 20.0
"""Nobody is asked for so long: the play fails."""

_DURATION: Final = re.compile(r"^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$")
_RIGHT: Final = {By.BORROWER: "report", By.MANDATE: "mandate", By.COORDINATOR: "report", By.IBD: "ibd"}

PERSONAL: Final = frozenset({"below_cover", "elsewhere", "off_duty"})
"""Refusals that are about one person, so that another one may be accepted."""

Found = TypeVar("Found")


class PlayFailed(Exception):
    """The platform did not do what the story expects; the text says where and what came instead."""


@dataclass
class Summary:
    """What happened. Times are in seconds: from a confirmation to the first approach, from asking to full."""

    steps: int = 0
    requests: int = 0
    commitments: int = 0
    refusals: int = 0
    first_approach: list[float] = field(default_factory=list)
    filled: list[float] = field(default_factory=list)
    agrees: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same with the medians of the times."""
        return {
            **asdict(self),
            "first_approach": _median(self.first_approach),
            "filled": _median(self.filled),
        }


@dataclass(frozen=True)
class Approached:
    """An open approach, as the desk of the organisation that is asked sees it."""

    id: str
    lender: str
    person: str | None
    asked_at: str


class Player:
    """One run of a story."""

    def __init__(self, origin: str, story: Story) -> None:
        self._origin = origin
        self._story = story
        self._anybody = Client(origin)
        self._clients: dict[UUID, Client] = {}
        self._staff: dict[str, list[dict[str, Any]]] = {}
        self._organisations: list[dict[str, Any]] = []
        self._incident = new_id()
        self._requests: dict[str, str] = {}
        self._asked_at: dict[str, float] = {}
        self._seen: dict[str, list[Approached]] = {}
        self._answered: set[str] = set()
        self._made: dict[str, list[str]] = {}
        self._told: dict[str, set[str]] = {}
        self.summary = Summary()

    def play(self, step: Step) -> None:
        """One step. Raises PlayFailed."""
        began = time.monotonic()
        answer = getattr(self, f"_do_{step.do}")(step)
        self.summary.steps += 1
        code = answer.code if isinstance(answer, Refusal) else "ok"
        if code != step.expect:
            raise PlayFailed(f"{step.at}: {step.say.en}: expected {step.expect}, got {code} {answer}")
        if isinstance(answer, Refusal):
            self.summary.refusals += 1
            return
        for row in answer.get("rows", ()):
            self._told.setdefault(row["kind"], set()).add(row["id"])
        if step.do == "confirm":
            self._await(f"{step.at}: nobody is asked", lambda: self._approached(step))
            self.summary.first_approach.append(time.monotonic() - began)
        elif step.request is not None:
            self._note_filled(step.request)

    def finish(self) -> Summary:
        """Compare the wall with the owners, once more. Raises PlayFailed where they disagree."""
        owner = self._as(By.MANDATE)
        for viewer in (self._as(By.COORDINATOR), owner):
            self._agree(viewer)
        rows = owner.rows()
        mine = [each for each in rows["commitment"].values() if each["incident"] == self._incident]
        self.summary.commitments = len(mine)
        self.summary.agrees = True
        for client in (self._anybody, *self._clients.values()):
            client.__exit__()
        return self.summary

    def _agree(self, viewer: Client) -> None:
        found: list[str] = []

        def agrees() -> bool:
            found[:] = differences(viewer, self._told)
            return not found

        try:
            self._await("the wall does not agree with the owners", agrees)
        except PlayFailed as failure:
            raise PlayFailed(f"{failure}: {found[0]}") from failure

    # What people do

    def _do_report(self, step: Step) -> Any:
        body = {"id": self._incident, "affected": self._story.affected, **_timed(step.body)}
        return self._as(step.by).send("/api/aid/incidents", body)

    def _do_services(self, step: Step) -> Any:
        return self._on_incident(step, "services", {"affected": self._story.affected, **_timed(step.body)})

    def _do_facts(self, step: Step) -> Any:
        return self._on_incident(step, "facts", step.body)

    def _do_coordinators(self, step: Step) -> Any:
        return self._on_incident(step, "coordinators", {"coordinators": [self._story.coordinator]})

    def _do_log(self, step: Step) -> Any:
        return self._on_incident(step, "log", {"id": new_id(), **step.body})

    def _do_close(self, step: Step) -> Any:
        return self._on_incident(step, "close", {})

    def _on_incident(self, step: Step, what: str, body: dict[str, Any]) -> Any:
        return self._as(step.by).send(f"/api/aid/incidents/{self._incident}/{what}", body)

    def _do_ask(self, step: Step) -> Any:
        name, key = str(step.request), new_id()
        self._requests[name] = key
        self._asked_at[name] = time.monotonic()
        fixed = {"id": key, "incident": self._incident, "borrower": self._story.affected}
        self.summary.requests += 1
        return self._as(step.by).send("/api/aid/requests", {**fixed, **_timed(step.body)})

    def _do_confirm(self, step: Step) -> Any:
        circle = self._circle(step.circle or Circle(region="VR05"))
        return self._on_request(self._as(step.by), step, "confirm", {"circle": circle, **step.body})

    def _do_withdraw(self, step: Step) -> Any:
        return self._on_request(self._as(step.by), step, "withdraw", {})

    def _do_number(self, step: Step) -> Any:
        return self._on_request(self._as(step.by), step, "number", step.body)

    def _do_claim(self, step: Step) -> Any:
        """The nth who is asked claims; where their own employer or agenda says no, the next one does."""
        answer = self._claim(step)
        while isinstance(answer, Refusal) and answer.code in PERSONAL and step.expect == "ok":
            self.summary.refusals += 1
            answer = self._claim(step)
        return answer

    def _claim(self, step: Step) -> Any:
        found = self._await(f"{step.at}: nobody is asked", lambda: self._nth_person(step))
        self._answered.add(found.id)
        body = {"approach": found.id, "terms_version": self._terms(step)}
        answer = self._on_request(self._person(str(found.person)), step, "claim", body)
        if not isinstance(answer, Refusal):
            self._made.setdefault(str(step.request), []).append(answer["row"]["id"])
        return answer

    def _do_decline(self, step: Step) -> Any:
        found = self._await(f"{step.at}: nobody is asked", lambda: self._nth_person(step))
        self._answered.add(found.id)
        return self._on_request(self._person(str(found.person)), step, "decline", {"approach": found.id})

    def _do_lend(self, step: Step) -> Any:
        lender = self._await(f"{step.at}: no organisation is asked", lambda: self._nth_lender(step))
        body = {"lender": lender, "terms_version": self._terms(step), **step.body}
        return self._on_request(self._staffed(lender, "lend"), step, "lend", body)

    def _do_yes(self, step: Step) -> Any:
        """Every lender whose yes is missing gives it; where all gave it beforehand nothing is left to do."""
        answer: Any = {}
        for lender, waiting in self._waiting(step).items():
            body = {"lender": lender, "reservations": waiting, "terms_version": self._terms(step)}
            answer = self._on_request(self._staffed(lender, "lend"), step, "lend", body)
        return answer

    def _do_no(self, step: Step) -> Any:
        answer: Any = {}
        for lender, waiting in self._waiting(step).items():
            desk = self._staffed(lender, "lend")
            for key in waiting:
                answer = desk.send(f"/api/aid/commitments/{key}/refuse", {})
        return answer

    def _do_name(self, step: Step) -> Any:
        """The lender names a colleague with the function for its first unnamed slot, trying each in turn."""
        key, held = self._await(f"{step.at}: no slot waits for a name", lambda: self._unnamed(step))
        desk = self._staffed(held["lender"], "lend")
        answer: Any = Refusal(409, "nobody_to_name")
        for colleague in self._people_of(held["lender"]):
            if held["function"] in colleague["functions"]:
                answer = desk.send(f"/api/aid/commitments/{key}/name", {"person": colleague["person"]})
                if not isinstance(answer, Refusal):
                    break
        return answer

    def _do_accept(self, step: Step) -> Any:
        key, held = self._await(f"{step.at}: nobody was named", lambda: self._named(step))
        return self._person(held["person"]).send(f"/api/aid/commitments/{key}/accept", {})

    def _do_give_back(self, step: Step) -> Any:
        key, held = self._await(f"{step.at}: nobody holds a slot", lambda: self._held(step))
        return self._person(held["person"]).send(f"/api/aid/commitments/{key}/give-back", {})

    def _on_request(self, client: Client, step: Step, what: str, body: dict[str, Any]) -> Any:
        return client.send(f"/api/aid/requests/{self._requests[str(step.request)]}/{what}", body)

    # Who is who

    def _as(self, role: By) -> Client:
        home = {By.IBD: "IBD", By.COORDINATOR: self._story.coordinator}.get(role, self._story.affected)
        return self._staffed(home, _RIGHT[role])

    def _staffed(self, organisation: str, right: str) -> Client:
        able = [each for each in self._people_of(organisation) if right in each["rights"]]
        if not able:
            raise PlayFailed(f"nobody at {organisation} has the right {right}")
        return self._person(able[0]["person"])

    def _person(self, person: str) -> Client:
        key = UUID(person)
        if key not in self._clients:
            self._clients[key] = Client(self._origin).sign_in(key)
        return self._clients[key]

    def _people_of(self, organisation: str) -> list[dict[str, Any]]:
        if organisation not in self._staff:
            found = self._anybody.read(f"/api/directory/demo/people?organisation={organisation}")
            if isinstance(found, Refusal):
                raise PlayFailed(f"the people of {organisation} cannot be had: {found}")
            self._staff[organisation] = found["people"]
        return self._staff[organisation]

    def _circle(self, circle: Circle) -> list[str]:
        if circle.organisations:
            return list(circle.organisations)
        if not self._organisations:
            found = self._anybody.read("/api/directory/organisations")
            if isinstance(found, Refusal):
                raise PlayFailed(f"the organisations cannot be had: {found}")
            self._organisations = found["organisations"]
        towns = [each for each in self._organisations if each["kind"] == "municipality"]
        if circle.within_km is None:
            return [each["id"] for each in towns if each["region"] == circle.region]
        here = next(each for each in towns if each["id"] == self._story.affected)
        return [each["id"] for each in towns if _km(here, each) <= circle.within_km]

    # What is on the screens of those who play

    def _approached(self, step: Step) -> list[Approached]:
        key = self._requests[str(step.request)]
        rows = self._as(By.MANDATE).rows().get("approach", {})
        mine = {k: r for k, r in rows.items() if r["request"] == key and r["state"] == "open"}
        desks = {
            lender: self._desk_rows(lender, "approach") for lender in {r["lender"] for r in mine.values()}
        }
        found = [
            Approached(k, r["lender"], desks[r["lender"]].get(k, {}).get("person"), r["asked_at"])
            for k, r in mine.items()
        ]
        return sorted(found, key=lambda each: (each.asked_at, each.id))

    def _desk_rows(self, lender: str, kind: str) -> dict[str, dict[str, Any]]:
        return self._staffed(lender, "lend").rows().get(kind, {})

    def _nth_person(self, step: Step) -> Approached | None:
        asked = self._approached(step)
        people = [each for each in asked if each.person is not None and each.id not in self._answered]
        if step.expect == "taken":
            # Somebody whose screen still shows what they were asked a moment ago.
            people = [each for each in self._seen[str(step.request)] if each.id not in self._answered]
        elif people:
            self._seen[str(step.request)] = people
        return people[step.nth - 1] if len(people) >= step.nth else None

    def _nth_lender(self, step: Step) -> str | None:
        lenders = list(dict.fromkeys(each.lender for each in self._approached(step)))
        return lenders[step.nth - 1] if len(lenders) >= step.nth else None

    def _commitments(self, step: Step) -> list[tuple[str, dict[str, Any]]]:
        key = self._requests[str(step.request)]
        rows = self._as(By.MANDATE).rows().get("commitment", {})
        mine = [
            (k, r) for k, r in rows.items() if r["request"] == key and r["state"] in {"reserved", "final"}
        ]
        return sorted(mine, key=lambda each: (each[1]["claimed_at"], each[0]))

    def _waiting(self, step: Step) -> dict[str, list[str]]:
        """Asked of the owner, since a screen may be a moment behind what was just claimed."""
        waiting: dict[str, list[str]] = {}
        for key in self._made.get(str(step.request), ()):
            row = self._as(By.MANDATE).read(f"/api/aid/commitments/{key}")
            if not isinstance(row, Refusal) and "lender" in row["data"]["waits_for"]:
                waiting.setdefault(row["data"]["lender"], []).append(key)
        return waiting

    def _unnamed(self, step: Step) -> tuple[str, dict[str, Any]] | None:
        return next((each for each in self._commitments(step) if each[1]["person"] is None), None)

    def _named(self, step: Step) -> tuple[str, dict[str, Any]] | None:
        waits = (each for each in self._commitments(step) if "person" in each[1]["waits_for"])
        return next((each for each in waits if each[1]["person"] is not None), None)

    def _held(self, step: Step) -> tuple[str, dict[str, Any]] | None:
        held = [each for each in self._commitments(step) if each[1]["person"] is not None]
        return held[step.nth - 1] if len(held) >= step.nth else None

    def _terms(self, step: Step) -> int:
        key = self._requests[str(step.request)]
        rows = self._await(f"{step.at}: the request does not appear", lambda: self._as(By.MANDATE).rows())
        return int(rows["help_request"][key]["terms_version"])

    def _note_filled(self, name: str) -> None:
        row = self._as(By.MANDATE).rows().get("help_request", {}).get(self._requests[name])
        if (
            row is not None
            and row["counts"]["final"] == sum(row["counts"].values())
            and name in self._asked_at
        ):
            self.summary.filled.append(time.monotonic() - self._asked_at.pop(name))

    def _await(self, what: str, look: Callable[[], Found | None]) -> Found:
        end = time.monotonic() + PATIENCE_SECONDS
        while not (found := look()):
            if time.monotonic() > end:
                raise PlayFailed(f"{what} within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.05)
        return found


def _timed(body: Any) -> Any:
    """The same with durations turned into moments, counted from now."""
    if isinstance(body, dict):
        return {name: _timed(value) for name, value in body.items()}
    if isinstance(body, list):
        return [_timed(value) for value in body]
    found = _DURATION.match(body) if isinstance(body, str) else None
    if found is None or not any(found.groups()[1:]):
        return body
    days, hours, minutes = (int(part or 0) for part in found.groups()[1:])
    span = timedelta(days=days, hours=hours, minutes=minutes)
    return (datetime.now(UTC) + (-span if found[1] else span)).isoformat()


def _km(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Great-circle distance."""
    a, b = radians(one["latitude"]), radians(other["latitude"])
    turn = radians(other["longitude"] - one["longitude"])
    h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(turn / 2) ** 2
    return 2 * 6371 * asin(sqrt(h))


def _median(numbers: list[float]) -> float | None:
    return round(sorted(numbers)[len(numbers) // 2], 2) if numbers else None
