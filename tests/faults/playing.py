"""Players: people who keep sending commands of all kinds, chosen by a seed from what their page shows."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.faults.sending import Answer, Sender
from tests.faults.town import Borrower, Town
from tests.faults.viewing import Viewer

Move = tuple[str, dict[str, Any]]
"""A path under /api/aid and a body."""

SERVICES: Final = ("passports", "benefits", "phone", "website", "payments", "mail")
SEVERITIES: Final = ("limited", "incident", "calamity", "unknown")
STATES: Final = ("works", "emergency_route", "down")
NOT_FOUND: Final = 404
MOST_OPEN: Final = 4
"""Requests that one borrower has open at a time; older ones are withdrawn first."""
BEFORE_CLOSING: Final = 12
"""So many requests of an incident before it may be closed, and the next one is reported."""

WAKES: Final = 0.25
"""So many of the requests say that people are to be woken for them."""


class Player:
    """One person who acts again and again while `may_play` is set; `pace`: seconds between two commands."""

    def __init__(self, viewer: Viewer, dice: random.Random, town: Town, pace: float) -> None:
        self.viewer = viewer
        self.sender: Sender = viewer.sender
        self.dice = dice
        self.town = town
        self.may_play = asyncio.Event()
        self.pace = pace

    @property
    def moves(self) -> list[tuple[int, Callable[[], Move | None]]]:
        """What this person can do, each with its weight; a move that is not possible now gives None."""
        raise NotImplementedError

    async def run(self) -> None:
        """Play until cancelled."""
        while True:
            await asyncio.sleep(self.dice.expovariate(1 / self.pace))
            await self.may_play.wait()
            move = self._choose()
            if move is not None:
                self.heard(move, await self.sender.send("/api/aid" + move[0], move[1]))

    def heard(self, move: Move, answer: Answer) -> None:
        """What follows from an answer for this player."""

    def _choose(self) -> Move | None:
        left = self.moves
        while left:
            chosen = self.dice.choices(left, [weight for weight, _ in left])[0]
            left.remove(chosen)
            if (move := chosen[1]()) is not None:
                return move
        return None

    def any_of(self, kind: str, **wanted: Any) -> tuple[str, dict[str, Any]] | None:
        """Some row of a kind whose fields are as wanted; a set means one of these."""
        found = [
            (key, row)
            for key, row in sorted(self.viewer.rows(kind).items())
            if all(_is(row.get(name), value) for name, value in wanted.items())
        ]
        return self.dice.choice(found) if found else None

    def duty(self) -> Move:
        """The own switch: mostly on."""
        return "/duty", {"on": self.dice.random() < 0.8}


def since() -> str:
    """When an incident began: some hours ago."""
    return (datetime.now(UTC) - timedelta(hours=3)).isoformat()


def _is(found: Any, wanted: Any) -> bool:
    return found in wanted if isinstance(wanted, frozenset) else found == wanted


class BorrowerPlayer(Player):
    """Reports, asks, confirms, changes, chooses, withdraws and closes for a municipality that is hit."""

    def __init__(self, viewer: Viewer, dice: random.Random, town: Town, pace: float, place: Borrower) -> None:
        super().__init__(viewer, dice, town, pace)
        self._place = place
        # Known from the own answers, so that commands go on while the page stands still.
        self.incident: str | None = None
        self._asked: list[str] = []
        self._ever = 0

    @property
    def moves(self) -> list[tuple[int, Callable[[], Move | None]]]:
        """As the class says."""
        if self.incident is None:
            return [(1, self._report)]
        return [
            (6, self._ask), (8, self._confirm), (3, self._withdraw), (2, self._number), (4, self._approve),
            (1, self._refuse), (4, self._log), (3, self._services), (2, self._facts), (1, self._coordinators),
            (1, self.duty), (1, self._close),
        ]  # fmt: skip

    def heard(self, move: Move, answer: Answer) -> None:
        """Remember the own incident and requests."""
        path, body = move
        if answer.status == NOT_FOUND:
            # Lost with what was decided after a backup: begin again.
            self.incident, self._asked, self._ever = None, [], 0
        if path == "/incidents" and answer.ok:
            self.incident = body["id"]
        elif path == "/requests" and answer.ok:
            self._asked.append(body["id"])
            self._ever += 1
        elif path.endswith("/withdraw") and answer.status and path.split("/")[2] in self._asked:
            self._asked.remove(path.split("/")[2])
        elif path.endswith("/close") and answer.ok:
            self.incident, self._asked, self._ever = None, [], 0

    def marker(self, text: str) -> Move | None:
        """A log entry that can be recognised on every page that shows this incident."""
        if self.incident is None:
            return None
        return f"/incidents/{self.incident}/log", {"id": self.sender.new_id(), "text": text}

    def _report(self) -> Move:
        body = {
            "id": self.sender.new_id(),
            "affected": self._place.id,
            "since": since(),
            "call_back": {"phone": "06 00000000"},
            "services": [{"service": self.dice.choice(SERVICES)}],
        }
        return "/incidents", body

    def _ask(self) -> Move | None:
        if len(self._asked) >= MOST_OPEN:
            return None
        starts, ends = self.dice.choice(self.town.periods)
        body = {
            "id": self.sender.new_id(),
            "incident": self.incident,
            "borrower": self._place.id,
            "function": self.dice.choice(self.town.functions),
            "number": self.dice.randint(1, 3),
            "where": "remote",
            "needed_by": starts,
            "ends": ends,
            "wake": "now" if self.dice.random() < WAKES else "not",
        }
        return "/requests", body

    def _confirm(self) -> Move | None:
        found = self.any_of("help_request", borrower=self._place.id, state="provisional")
        if found is None or found[0] not in self._asked:
            return None
        body = {"circle": self.town.circle, "choose_self": self.dice.random() < 0.3}
        return f"/requests/{found[0]}/confirm", body

    def _withdraw(self) -> Move | None:
        if len(self._asked) < MOST_OPEN:
            return None
        return f"/requests/{self._asked[0]}/withdraw", {}

    def _number(self) -> Move | None:
        if not self._asked:
            return None
        return f"/requests/{self.dice.choice(self._asked)}/number", {"number": self.dice.randint(1, 4)}

    def _waiting(self) -> str | None:
        found = self.any_of("commitment", borrower=self._place.id, state="reserved")
        return found[0] if found is not None and "borrower" in found[1].get("waits_for", ()) else None

    def _approve(self) -> Move | None:
        key = self._waiting()
        return None if key is None else (f"/commitments/{key}/approve", {})

    def _refuse(self) -> Move | None:
        key = self._waiting()
        return None if key is None else (f"/commitments/{key}/refuse", {})

    def _log(self) -> Move | None:
        return self.marker(f"regel {self.dice.randrange(10_000)}")

    def _services(self) -> Move:
        service = {"service": self.dice.choice(SERVICES), "state": self.dice.choice(STATES)}
        return f"/incidents/{self.incident}/services", {"affected": self._place.id, "services": [service]}

    def _facts(self) -> Move:
        body = {"severity": self.dice.choice(SEVERITIES), "description": f"stand {self.dice.random():.3f}"}
        return f"/incidents/{self.incident}/facts", body

    def _close(self) -> Move | None:
        if self._ever < BEFORE_CLOSING:
            return None
        return f"/incidents/{self.incident}/close", {}

    def _coordinators(self) -> Move:
        chosen = [self.dice.choice(self.town.borrowers).id] if self.dice.random() < 0.5 else []
        return f"/incidents/{self.incident}/coordinators", {"coordinators": chosen}
