"""Plays a story over the public HTTP interface, as the people in it would, and keeps count."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from deploy.client import Client, Refusal, new_id
from deploy.scenarios.cast import Cast, PlayFailed
from deploy.scenarios.compare import differences
from deploy.scenarios.notes import Approached, Asking, Case, Summary
from deploy.scenarios.story import By, Circle, Step, Story

PATIENCE_SECONDS: Final = 20.0
"""Nobody is asked for so long: the play fails."""

_DURATION: Final = re.compile(r"^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$")
_RIGHT: Final = {
    By.BORROWER: "report",
    By.MANDATE: "mandate",
    By.COORDINATOR: "report",
    By.IBD: "ibd",
    By.PARTNERSHIP: "report",
}

PERSONAL: Final = frozenset({"below_cover", "elsewhere", "off_duty"})
"""Refusals that are about one person, so that another one may be accepted."""

Found = TypeVar("Found")


class Player:
    """One run of a story."""

    def __init__(self, origin: str, story: Story) -> None:
        self._story = story
        self._cast = Cast(origin)
        self._cases = {each: Case(each) for each in story.hit}
        self._requests: dict[str, Asking] = {}
        self._answered: set[str] = set()
        self._named: set[str] = set()
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
            self._case_of(row, step).told.setdefault(row["kind"], set()).add(row["id"])
        if step.do in {"report", "close"}:
            self._case(step).is_hit = step.do == "report"
            self._await(f"{step.at}: who is hit is still asked", self._no_victim_is_asked)
        elif step.do == "confirm":
            self._await(f"{step.at}: nobody is asked", lambda: self._approached(step))
            self._await(f"{step.at}: who is hit is asked", self._no_victim_is_asked)
            self.summary.first_approach.append(time.monotonic() - began)
        elif step.request is not None:
            self._note_filled(self._requests[step.request])

    def finish(self) -> Summary:
        """Compare the walls with the owners, once more. Raises PlayFailed where they disagree."""
        told: dict[Client, dict[str, set[str]]] = {}
        for case in self._cases.values():
            owner = self._cast.with_right("mandate", case.victim)
            for viewer in (*(self._cast.with_right("report", each) for each in case.coordinators), owner):
                for kind, keys in case.told.items():
                    told.setdefault(viewer, {}).setdefault(kind, set()).update(keys)
            rows = owner.rows().get("commitment", {})
            self.summary.commitments += sum(each["incident"] == case.incident for each in rows.values())
        for viewer, of_cases in told.items():
            self._agree(viewer, of_cases)
        self.summary.agrees = True
        self._cast.go_home()
        return self.summary

    def _agree(self, viewer: Client, told: dict[str, set[str]]) -> None:
        found: list[str] = []

        def agrees() -> bool:
            found[:] = differences(viewer, told)
            return not found

        try:
            self._await("the wall does not agree with the owners", agrees)
        except PlayFailed as failure:
            raise PlayFailed(f"{failure}: {found[0]}") from failure

    # What people do

    def _do_report(self, step: Step) -> Any:
        case = self._case(step)
        body = {"id": case.incident, "affected": case.victim, **_timed(step.body)}
        return self._as(step).send("/api/aid/incidents", body)

    def _do_services(self, step: Step) -> Any:
        return self._on_incident(step, "services", {"affected": self._case(step).victim, **_timed(step.body)})

    def _do_facts(self, step: Step) -> Any:
        return self._on_incident(step, "facts", step.body)

    def _do_coordinators(self, step: Step) -> Any:
        given = [step.organisation or self._story.coordinator]
        self._case(step).coordinators = set(given)
        return self._on_incident(step, "coordinators", {"coordinators": given})

    def _do_log(self, step: Step) -> Any:
        return self._on_incident(step, "log", {"id": new_id(), **step.body})

    def _do_close(self, step: Step) -> Any:
        return self._on_incident(step, "close", {})

    def _on_incident(self, step: Step, what: str, body: dict[str, Any]) -> Any:
        return self._as(step).send(f"/api/aid/incidents/{self._case(step).incident}/{what}", body)

    def _do_ask(self, step: Step) -> Any:
        asking = self._requests[str(step.request)] = Asking(self._case(step))
        fixed = {"id": asking.id, "incident": asking.case.incident, "borrower": asking.case.victim}
        self.summary.requests += 1
        return self._as(step).send("/api/aid/requests", {**fixed, **_timed(step.body)})

    def _do_confirm(self, step: Step) -> Any:
        circle = self._cast.circle(step.circle or Circle(), self._case(step).victim)
        return self._on_request(self._as(step), step, "confirm", {"circle": circle, **step.body})

    def _do_withdraw(self, step: Step) -> Any:
        return self._on_request(self._as(step), step, "withdraw", {})

    def _do_number(self, step: Step) -> Any:
        return self._on_request(self._as(step), step, "number", step.body)

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
        answer = self._on_request(self._cast.person(str(found.person)), step, "claim", body)
        if not isinstance(answer, Refusal):
            self._asking(step).made.append(answer["row"]["id"])
        return answer

    def _do_decline(self, step: Step) -> Any:
        found = self._await(f"{step.at}: nobody is asked", lambda: self._nth_person(step))
        self._answered.add(found.id)
        person = self._cast.person(str(found.person))
        return self._on_request(person, step, "decline", {"approach": found.id})

    def _do_lend(self, step: Step) -> Any:
        lender = self._await(f"{step.at}: no organisation is asked", lambda: self._nth_lender(step))
        body = {"lender": lender, "terms_version": self._terms(step), **step.body}
        return self._on_request(self._desk(lender), step, "lend", body)

    def _do_yes(self, step: Step) -> Any:
        """Every lender whose yes is missing gives it; where all gave it beforehand nothing is left to do."""
        answer: Any = {}
        for lender, waiting in self._waiting(step).items():
            body = {"lender": lender, "reservations": waiting, "terms_version": self._terms(step)}
            answer = self._on_request(self._desk(lender), step, "lend", body)
        return answer

    def _do_no(self, step: Step) -> Any:
        answer: Any = {}
        for lender, waiting in self._waiting(step).items():
            for key in waiting:
                answer = self._desk(lender).send(f"/api/aid/commitments/{key}/refuse", {})
        return answer

    def _do_name(self, step: Step) -> Any:
        """The lender names a colleague with the function for its first unnamed slot, trying each in turn."""
        key, held = self._await(f"{step.at}: no slot waits for a name", lambda: self._unnamed(step))
        desk = self._desk(held["lender"])
        answer: Any = Refusal(409, "nobody_to_name")
        for colleague in self._cast.staff(held["lender"]):
            if held["function"] in colleague["functions"]:
                answer = desk.send(f"/api/aid/commitments/{key}/name", {"person": colleague["person"]})
                if not isinstance(answer, Refusal):
                    self._named.add(key)
                    break
        return answer

    def _do_accept(self, step: Step) -> Any:
        key, held = self._await(f"{step.at}: nobody was named", lambda: self._to_accept(step))
        self._answered.add(key)
        return self._cast.person(held["person"]).send(f"/api/aid/commitments/{key}/accept", {})

    def _do_give_back(self, step: Step) -> Any:
        key, held = self._await(f"{step.at}: nobody holds a slot", lambda: self._held(step))
        return self._cast.person(held["person"]).send(f"/api/aid/commitments/{key}/give-back", {})

    def _do_recall(self, step: Step) -> Any:
        """The lender needs its colleague at home."""
        key, held = self._await(f"{step.at}: nobody holds a slot", lambda: self._held(step))
        return self._desk(held["lender"]).send(f"/api/aid/commitments/{key}/give-back", {})

    def _on_request(self, client: Client, step: Step, what: str, body: dict[str, Any]) -> Any:
        return client.send(f"/api/aid/requests/{self._asking(step).id}/{what}", body)

    # Who is who

    def _as(self, step: Step) -> Client:
        victim = self._case(step).victim
        home = {
            By.IBD: "IBD",
            By.COORDINATOR: step.organisation or self._story.coordinator,
            By.PARTNERSHIP: self._story.partnership or victim,
        }.get(step.by, victim)
        return self._cast.with_right(_RIGHT[step.by], home)

    def _desk(self, lender: str) -> Client:
        return self._cast.with_right("lend", lender)

    def _mandated(self, step: Step) -> Client:
        return self._cast.with_right("mandate", self._case(step).victim)

    def _case(self, step: Step) -> Case:
        if step.request in self._requests:
            return self._asking(step).case
        return self._cases[step.victim or self._story.affected]

    def _case_of(self, row: dict[str, Any], step: Step) -> Case:
        """Whose a row is: what happens to one who is hit may change what hangs on another's incident."""
        data = row.get("data", {})
        about = {row["id"], data.get("incident"), data.get("request")}
        cases = [(case.incident, case) for case in self._cases.values()]
        cases += [(asking.id, asking.case) for asking in self._requests.values()]
        return next((case for key, case in cases if key in about), self._case(step))

    def _asking(self, step: Step) -> Asking:
        return self._requests[str(step.request)]

    # What is on the screens of those who play

    def _approached(self, step: Step) -> list[Approached]:
        key = self._asking(step).id
        rows = self._mandated(step).rows().get("approach", {})
        mine = {k: r for k, r in rows.items() if r["request"] == key and r["state"] == "open"}
        order = sorted(mine, key=lambda each: (mine[each]["asked_at"], each))
        found = [Approached(each, mine[each]["lender"]) for each in order]
        return [each for each in found if step.organisation in {None, each.lender}]

    def _no_victim_is_asked(self) -> bool:
        """Nobody asks a fellow victim for help: no open approach to one who is hit now."""
        requests = {each.id for each in self._requests.values()}
        hit = [each.victim for each in self._cases.values() if each.is_hit]
        return not any(
            row["request"] in requests and row["state"] == "open"
            for victim in hit
            for row in self._desk(victim).rows().get("approach", {}).values()
            if row["lender"] == victim
        )

    def _people_asked(self, step: Step) -> Iterator[Approached]:
        """Those who did not answer yet; a desk is looked at when its first one comes up."""
        desks: dict[str, dict[str, Any]] = {}
        for each in self._approached(step):
            if each.lender not in desks:
                desks[each.lender] = self._desk(each.lender).rows().get("approach", {})
            person = desks[each.lender].get(each.id, {}).get("person")
            if person is not None and each.id not in self._answered:
                yield Approached(each.id, each.lender, person)

    def _nth_person(self, step: Step) -> Approached | None:
        asking = self._asking(step)
        if step.expect == "taken":
            # Somebody whose screen still shows what they were asked a moment ago.
            people = [each for each in asking.seen if each.id not in self._answered]
        else:
            # One more than is wanted: who may tap too late.
            people = [each for each, _ in zip(self._people_asked(step), range(step.nth + 1), strict=False)]
            asking.seen = people or asking.seen
        return people[step.nth - 1] if len(people) >= step.nth else None

    def _nth_lender(self, step: Step) -> str | None:
        lenders = list(dict.fromkeys(each.lender for each in self._approached(step)))
        return lenders[step.nth - 1] if len(lenders) >= step.nth else None

    def _commitments(self, step: Step) -> list[tuple[str, dict[str, Any]]]:
        key = self._asking(step).id
        rows = self._mandated(step).rows().get("commitment", {})
        mine = [
            (k, r) for k, r in rows.items() if r["request"] == key and r["state"] in {"reserved", "final"}
        ]
        found = sorted(mine, key=lambda each: (each[1]["claimed_at"], each[0]))
        return [each for each in found if step.organisation in {None, each[1]["lender"]}]

    def _waiting(self, step: Step) -> dict[str, list[str]]:
        """Asked of the owner, since a screen may be a moment behind what was just claimed."""
        waiting: dict[str, list[str]] = {}
        for key in self._asking(step).made:
            row = self._mandated(step).read(f"/api/aid/commitments/{key}")
            if not isinstance(row, Refusal) and "lender" in row["data"]["waits_for"]:
                waiting.setdefault(row["data"]["lender"], []).append(key)
        return waiting

    def _unnamed(self, step: Step) -> tuple[str, dict[str, Any]] | None:
        waits = (each for each in self._commitments(step) if each[1]["person"] is None)
        # A screen may be a moment behind: who was just named is not named again.
        return next((each for each in waits if each[0] not in self._named), None)

    def _to_accept(self, step: Step) -> tuple[str, dict[str, Any]] | None:
        waits = (each for each in self._commitments(step) if "person" in each[1]["waits_for"])
        named = (each for each in waits if each[1]["person"] is not None)
        return next((each for each in named if each[0] not in self._answered), None)

    def _held(self, step: Step) -> tuple[str, dict[str, Any]] | None:
        held = [each for each in self._commitments(step) if each[1]["person"] is not None]
        return held[step.nth - 1] if len(held) >= step.nth else None

    def _terms(self, step: Step) -> int:
        key, mandated = self._asking(step).id, self._mandated(step)
        row = self._await(
            f"{step.at}: the request does not appear",
            lambda: mandated.rows().get("help_request", {}).get(key),
        )
        return int(row["terms_version"])

    def _note_filled(self, asking: Asking) -> None:
        mandated = self._cast.with_right("mandate", asking.case.victim)
        row = mandated.rows().get("help_request", {}).get(asking.id)
        full = row is not None and row["counts"]["final"] == sum(row["counts"].values())
        if full and asking.asked_at is not None:
            self.summary.filled.append(time.monotonic() - asking.asked_at)
            asking.asked_at = None

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
