"""One municipality in trouble: it reports, asks and confirms; the steps that most journeys begin with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.client import Client, new_id
from schemas.catalogue import Function
from schemas.values import Right
from tests.journey.cast import People, Places, done
from tests.journey.waiting import until


def moment(**away: float) -> str:
    """Now, or so far from it."""
    return (datetime.now(UTC) + timedelta(**away)).isoformat()


def of(client: Client, kind: str, request: str) -> list[dict[str, Any]]:
    """The rows of a kind that a person sees and that hang on a request."""
    rows = client.rows().get(kind, {})
    return [{**row, "id": key} for key, row in rows.items() if row["request"] == request]


def row(client: Client, kind: str, key: str) -> dict[str, Any]:
    """One row as a person sees it; empty where they do not."""
    return client.rows().get(kind, {}).get(key, {})


class Case:
    """Everything that one affected municipality does."""

    def __init__(self, people: People, places: Places, victim: str | None = None, **more: Any) -> None:
        self.victim = victim or places.take()
        self.mandate = people.with_right(Right.MANDATE, self.victim)
        self.incident = new_id()
        done(self.mandate.send("/api/aid/incidents", self.report(**more)))

    def report(self, **more: Any) -> dict[str, Any]:
        """The body of the report."""
        return {
            "id": self.incident,
            "affected": self.victim,
            "since": moment(hours=-1),
            "call_back": {"phone": "06 00000000"},
            "services": [{"service": "passports"}],
            **more,
        }

    def ask(self, function: Function, number: int = 1, **more: Any) -> str:
        """A provisional request; `by`: who asks, if not who may confirm it."""
        by = more.pop("by", self.mandate)
        request = new_id()
        body = {
            "id": request,
            "incident": self.incident,
            "borrower": self.victim,
            "function": function,
            "number": number,
            "where": "remote",
            "needed_by": moment(hours=6),
            **more,
        }
        done(by.send("/api/aid/requests", body))
        return request

    def confirm(self, request: str, *circle: str, **more: Any) -> None:
        """Let a circle be asked."""
        body = {"circle": list(circle), **more}
        done(self.mandate.send(f"/api/aid/requests/{request}/confirm", body))

    def request(self, function: Function, number: int, *circle: str, **more: Any) -> str:
        """A request that is confirmed."""
        choose_self = more.pop("choose_self", False)
        request = self.ask(function, number, **more)
        self.confirm(request, *circle, choose_self=choose_self)
        return request

    def slots(self, request: str) -> dict[str, int]:
        """How many slots are open, reserved and final."""
        return done(self.mandate.read(f"/api/aid/requests/{request}"))["data"]["counts"]


def approached(client: Client, request: str, *, state: str = "open") -> dict[str, Any]:
    """The approach to this person, or to this desk's organisation, once it is there."""

    def mine() -> dict[str, Any] | None:
        found = [row for row in of(client, "approach", request) if row["state"] == state]
        own = [row for row in found if row["person"] == str(client.person)]
        return next(iter(own or [row for row in found if row["person"] is None]), None)

    return until(mine, what=f"the approach to {client.person}")


def claim(client: Client, request: str, approach: str, **more: Any) -> Any:
    """ "I help"."""
    body = {"approach": approach, "terms_version": 1, **more}
    return client.send(f"/api/aid/requests/{request}/claim", body)


def claimed(client: Client, request: str) -> dict[str, Any]:
    """Waits for the approach and takes a slot; the commitment."""
    answer = done(claim(client, request, approached(client, request)["id"]))
    assert answer["row"]["kind"] == "commitment"
    return {**answer["row"]["data"], "id": answer["row"]["id"]}
