"""Plays a story over the public HTTP interface, as the people in it would, and keeps count."""

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from deploy.client import Client, Refusal, new_id
from deploy.scenarios.cast import Cast, PlayFailed
from deploy.scenarios.compare import differences
from deploy.scenarios.notes import Asking, Summary
from deploy.scenarios.screens import Screens
from deploy.scenarios.story import Circle, Step, Story, timed

PATIENCE_SECONDS: Final = 20.0
"""Nobody is asked for so long: the play fails."""

PERSONAL: Final = frozenset({"below_cover", "elsewhere", "off_duty"})
"""Refusals that are about one person, so that another one may be accepted."""

Found = TypeVar("Found")


class Player:
    """One run of a story."""

    def __init__(self, origin: str, story: Story) -> None:
        self._story = story
        self._cast = Cast(origin)
        self._see = Screens(story, self._cast)
        self.summary = Summary()

    def play(self, step: Step) -> None:
        """One step. Raises PlayFailed."""
        began = time.monotonic()
        answer = _VERBS[step.do](self, step)
        self.summary.steps += 1
        code = answer.code if isinstance(answer, Refusal) else "ok"
        if code != step.expect:
            raise PlayFailed(f"{step.at}: {step.say.en}: expected {step.expect}, got {code} {answer}")
        if isinstance(answer, Refusal):
            self.summary.refusals += 1
            return
        for row in answer.get("rows", ()):
            self._see.case_of(row, step).told.setdefault(row["kind"], set()).add(row["id"])
        if step.do in {"report", "close"}:
            self._see.case(step).is_hit = step.do == "report"
            self._await(f"{step.at}: who is hit is still asked", self._see.no_victim_is_asked)
        elif step.do == "confirm":
            self._await(f"{step.at}: nobody is asked", lambda: self._see.approached(step))
            self._await(f"{step.at}: who is hit is asked", self._see.no_victim_is_asked)
            self.summary.first_approach.append(time.monotonic() - began)
        elif step.request is not None:
            self._note_filled(self._see.requests[step.request])

    def finish(self) -> Summary:
        """Compare the walls with the owners, once more. Raises PlayFailed where they disagree."""
        told: dict[Client, dict[str, set[str]]] = {}
        for case in self._see.cases.values():
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

    def _report(self, step: Step) -> Any:
        case = self._see.case(step)
        body = {"id": case.incident, "affected": case.victim, **timed(step.body)}
        return self._see.as_who(step).send("/api/aid/incidents", body)

    def _services(self, step: Step) -> Any:
        body = {"affected": self._see.case(step).victim, **timed(step.body)}
        return self._on_incident(step, "services", body)

    def _facts(self, step: Step) -> Any:
        return self._on_incident(step, "facts", step.body)

    def _coordinators(self, step: Step) -> Any:
        given = [step.organisation or self._story.coordinator]
        self._see.case(step).coordinators = set(given)
        return self._on_incident(step, "coordinators", {"coordinators": given})

    def _log(self, step: Step) -> Any:
        return self._on_incident(step, "log", {"id": new_id(), **step.body})

    def _close(self, step: Step) -> Any:
        return self._on_incident(step, "close", {})

    def _on_incident(self, step: Step, what: str, body: dict[str, Any]) -> Any:
        return self._see.as_who(step).send(f"/api/aid/incidents/{self._see.case(step).incident}/{what}", body)

    def _ask(self, step: Step) -> Any:
        asking = self._see.requests[str(step.request)] = Asking(self._see.case(step))
        fixed = {"id": asking.id, "incident": asking.case.incident, "borrower": asking.case.victim}
        self.summary.requests += 1
        return self._see.as_who(step).send("/api/aid/requests", {**fixed, **timed(step.body)})

    def _confirm(self, step: Step) -> Any:
        circle = self._cast.circle(step.circle or Circle(), self._see.case(step).victim)
        return self._on_request(self._see.as_who(step), step, "confirm", {"circle": circle, **step.body})

    def _withdraw(self, step: Step) -> Any:
        return self._on_request(self._see.as_who(step), step, "withdraw", {})

    def _number(self, step: Step) -> Any:
        return self._on_request(self._see.as_who(step), step, "number", step.body)

    def _claim(self, step: Step) -> Any:
        """The nth who is asked claims; where their own employer or agenda says no, the next one does."""
        answer = self._claim_once(step)
        while isinstance(answer, Refusal) and answer.code in PERSONAL and step.expect == "ok":
            self.summary.refusals += 1
            answer = self._claim_once(step)
        return answer

    def _claim_once(self, step: Step) -> Any:
        found = self._await(f"{step.at}: nobody is asked", lambda: self._see.nth_person(step))
        self._see.answered.add(found.id)
        body = {"approach": found.id, "terms_version": self._terms(step)}
        answer = self._on_request(self._cast.person(str(found.person)), step, "claim", body)
        if not isinstance(answer, Refusal):
            self._see.asking(step).made.append(answer["row"]["id"])
        return answer

    def _decline(self, step: Step) -> Any:
        found = self._await(f"{step.at}: nobody is asked", lambda: self._see.nth_person(step))
        self._see.answered.add(found.id)
        person = self._cast.person(str(found.person))
        return self._on_request(person, step, "decline", {"approach": found.id})

    def _lend(self, step: Step) -> Any:
        lender = self._await(f"{step.at}: no organisation is asked", lambda: self._see.nth_lender(step))
        body = {"lender": lender, "terms_version": self._terms(step), **step.body}
        return self._on_request(self._see.desk(lender), step, "lend", body)

    def _yes(self, step: Step) -> Any:
        """Every lender whose yes is missing gives it; where all gave it beforehand nothing is left to do."""
        answer: Any = {}
        for lender, waiting in self._see.waiting(step).items():
            body = {"lender": lender, "reservations": waiting, "terms_version": self._terms(step)}
            answer = self._on_request(self._see.desk(lender), step, "lend", body)
        return answer

    def _no(self, step: Step) -> Any:
        answer: Any = {}
        for lender, waiting in self._see.waiting(step).items():
            for key in waiting:
                answer = self._see.desk(lender).send(f"/api/aid/commitments/{key}/refuse", {})
        return answer

    def _name(self, step: Step) -> Any:
        """The lender names a colleague with the function for its first unnamed slot, trying each in turn."""
        key, held = self._await(f"{step.at}: no slot waits for a name", lambda: self._see.unnamed(step))
        desk = self._see.desk(held["lender"])
        answer: Any = Refusal(409, "nobody_to_name")
        for colleague in self._cast.staff(held["lender"]):
            if held["function"] in colleague["functions"]:
                answer = desk.send(f"/api/aid/commitments/{key}/name", {"person": colleague["person"]})
                if not isinstance(answer, Refusal):
                    self._see.named.add(key)
                    break
        return answer

    def _accept(self, step: Step) -> Any:
        key, held = self._await(f"{step.at}: nobody was named", lambda: self._see.to_accept(step))
        self._see.answered.add(key)
        return self._cast.person(held["person"]).send(f"/api/aid/commitments/{key}/accept", {})

    def _give_back(self, step: Step) -> Any:
        key, held = self._await(f"{step.at}: nobody holds a slot", lambda: self._see.held(step))
        return self._cast.person(held["person"]).send(f"/api/aid/commitments/{key}/give-back", {})

    def _recall(self, step: Step) -> Any:
        """The lender needs its colleague at home."""
        key, held = self._await(f"{step.at}: nobody holds a slot", lambda: self._see.held(step))
        return self._see.desk(held["lender"]).send(f"/api/aid/commitments/{key}/give-back", {})

    def _on_request(self, client: Client, step: Step, what: str, body: dict[str, Any]) -> Any:
        return client.send(f"/api/aid/requests/{self._see.asking(step).id}/{what}", body)

    def _terms(self, step: Step) -> int:
        key, mandated = self._see.asking(step).id, self._see.mandated(step)
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


_VERBS: Final = {
    "report": Player._report,
    "services": Player._services,
    "facts": Player._facts,
    "coordinators": Player._coordinators,
    "log": Player._log,
    "close": Player._close,
    "ask": Player._ask,
    "confirm": Player._confirm,
    "withdraw": Player._withdraw,
    "number": Player._number,
    "claim": Player._claim,
    "decline": Player._decline,
    "lend": Player._lend,
    "yes": Player._yes,
    "no": Player._no,
    "name": Player._name,
    "accept": Player._accept,
    "give_back": Player._give_back,
    "recall": Player._recall,
}
"""What stands in the field `do` of a step, and who does it."""
