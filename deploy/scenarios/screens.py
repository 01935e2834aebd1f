"""Who plays in a step, and what is on the screens of those who do."""

from collections.abc import Iterator
from typing import Any, Final

from deploy.client import Client, Refusal
from deploy.scenarios.cast import Cast
from deploy.scenarios.notes import Approached, Asking, Case
from deploy.scenarios.story import By, Step, Story

_RIGHT: Final = {
    By.BORROWER: "report",
    By.MANDATE: "mandate",
    By.COORDINATOR: "report",
    By.IBD: "ibd",
    By.PARTNERSHIP: "report",
}


class Screens:
    """What can be seen of one run.

    `answered`, `named`: what the player did, though a screen may not show it yet.
    """

    def __init__(self, story: Story, cast: Cast) -> None:
        self._story = story
        self._cast = cast
        self.cases = {each: Case(each) for each in story.hit}
        self.requests: dict[str, Asking] = {}
        self.answered: set[str] = set()
        self.named: set[str] = set()

    def as_who(self, step: Step) -> Client:
        """The first who may do this step."""
        victim = self.case(step).victim
        home = {
            By.IBD: "IBD",
            By.COORDINATOR: step.organisation or self._story.coordinator,
            By.PARTNERSHIP: self._story.partnership or victim,
        }.get(step.by, victim)
        return self._cast.with_right(_RIGHT[step.by], home)

    def desk(self, lender: str) -> Client:
        """Who lends there."""
        return self._cast.with_right("lend", lender)

    def mandated(self, step: Step) -> Client:
        """Who decides for the one who is hit."""
        return self._cast.with_right("mandate", self.case(step).victim)

    def case(self, step: Step) -> Case:
        """Whose incident a step is about."""
        if step.request in self.requests:
            return self.asking(step).case
        return self.cases[step.victim or self._story.affected]

    def case_of(self, row: dict[str, Any], step: Step) -> Case:
        """Whose a row is: what happens to one who is hit may change what hangs on another's incident."""
        data = row.get("data", {})
        about = {row["id"], data.get("incident"), data.get("request")}
        cases = [(case.incident, case) for case in self.cases.values()]
        cases += [(asking.id, asking.case) for asking in self.requests.values()]
        return next((case for key, case in cases if key in about), self.case(step))

    def asking(self, step: Step) -> Asking:
        """The request that a step is about."""
        return self.requests[str(step.request)]

    def approached(self, step: Step) -> list[Approached]:
        """The open approaches of its request, the oldest first."""
        key = self.asking(step).id
        rows = self.mandated(step).rows().get("approach", {})
        mine = {k: r for k, r in rows.items() if r["request"] == key and r["state"] == "open"}
        order = sorted(mine, key=lambda each: (mine[each]["asked_at"], each))
        found = [Approached(each, mine[each]["lender"]) for each in order]
        return [each for each in found if step.organisation in {None, each.lender}]

    def no_victim_is_asked(self) -> bool:
        """Nobody asks a fellow victim for help: no open approach to one who is hit now."""
        requests = {each.id for each in self.requests.values()}
        hit = [each.victim for each in self.cases.values() if each.is_hit]
        return not any(
            row["request"] in requests and row["state"] == "open"
            for victim in hit
            for row in self.desk(victim).rows().get("approach", {}).values()
            if row["lender"] == victim
        )

    def _people_asked(self, step: Step) -> Iterator[Approached]:
        """Those who did not answer yet; a desk is looked at when its first one comes up."""
        desks: dict[str, dict[str, Any]] = {}
        for each in self.approached(step):
            if each.lender not in desks:
                desks[each.lender] = self.desk(each.lender).rows().get("approach", {})
            person = desks[each.lender].get(each.id, {}).get("person")
            if person is not None and each.id not in self.answered:
                yield Approached(each.id, each.lender, person)

    def nth_person(self, step: Step) -> Approached | None:
        """Whom the step means of those who are asked; None while too few are."""
        asking = self.asking(step)
        if step.expect == "taken":
            # Somebody whose screen still shows what they were asked a moment ago.
            people = [each for each in asking.seen if each.id not in self.answered]
        else:
            # One more than is wanted: who may tap too late.
            people = [each for each, _ in zip(self._people_asked(step), range(step.nth + 1), strict=False)]
            asking.seen = people or asking.seen
        return people[step.nth - 1] if len(people) >= step.nth else None

    def nth_lender(self, step: Step) -> str | None:
        """Which organisation the step means of those that are asked; None while too few are."""
        lenders = list(dict.fromkeys(each.lender for each in self.approached(step)))
        return lenders[step.nth - 1] if len(lenders) >= step.nth else None

    def _commitments(self, step: Step) -> list[tuple[str, dict[str, Any]]]:
        key = self.asking(step).id
        rows = self.mandated(step).rows().get("commitment", {})
        mine = [
            (k, r) for k, r in rows.items() if r["request"] == key and r["state"] in {"reserved", "final"}
        ]
        found = sorted(mine, key=lambda each: (each[1]["claimed_at"], each[0]))
        return [each for each in found if step.organisation in {None, each[1]["lender"]}]

    def waiting(self, step: Step) -> dict[str, list[str]]:
        """Asked of the owner, since a screen may be a moment behind what was just claimed."""
        waiting: dict[str, list[str]] = {}
        for key in self.asking(step).made:
            row = self.mandated(step).read(f"/api/aid/commitments/{key}")
            if not isinstance(row, Refusal) and "lender" in row["data"]["waits_for"]:
                waiting.setdefault(row["data"]["lender"], []).append(key)
        return waiting

    def unnamed(self, step: Step) -> tuple[str, dict[str, Any]] | None:
        """The first slot of its request that waits for a name."""
        waits = (each for each in self._commitments(step) if each[1]["person"] is None)
        # A screen may be a moment behind: who was just named is not named again.
        return next((each for each in waits if each[0] not in self.named), None)

    def to_accept(self, step: Step) -> tuple[str, dict[str, Any]] | None:
        """The first who was named and has not said yes."""
        waits = (each for each in self._commitments(step) if "person" in each[1]["waits_for"])
        named = (each for each in waits if each[1]["person"] is not None)
        return next((each for each in named if each[0] not in self.answered), None)

    def held(self, step: Step) -> tuple[str, dict[str, Any]] | None:
        """The slot that the step means of those that somebody holds."""
        held = [each for each in self._commitments(step) if each[1]["person"] is not None]
        return held[step.nth - 1] if len(held) >= step.nth else None
