"""Players on the side of those who help: desks of lenders, helpers, the IBD and visitors at the door."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from tests.faults.playing import Move, Player, since
from tests.faults.town import Lender, Town
from tests.faults.viewing import Viewer


class DeskPlayer(Player):
    """Says yes for a lender, names people, gives back, and changes the lending agreements."""

    def __init__(self, viewer: Viewer, dice: random.Random, town: Town, pace: float, place: Lender) -> None:
        super().__init__(viewer, dice, town, pace)
        self._place = place

    @property
    def moves(self) -> list[tuple[int, Callable[[], Move | None]]]:
        """As the class says."""
        return [
            (6, self._lend_unnamed), (6, self._lend_reserved), (5, self._name), (1, self._decline),
            (1, self._refuse), (1, self._give_back), (1, self._lending), (1, self.duty),
        ]  # fmt: skip

    def _lend_unnamed(self) -> Move | None:
        found = self.any_of("approach", lender=self._place.id, person=None, state="open")
        return None if found is None else self._lend(found[1]["request"], unnamed=self.dice.randint(1, 2))

    def _lend_reserved(self) -> Move | None:
        found = self.any_of("commitment", lender=self._place.id, state="reserved")
        if found is None or "lender" not in found[1].get("waits_for", ()):
            return None
        return self._lend(found[1]["request"], reservations=[found[0]])

    def _lend(self, request: str, **what: Any) -> Move:
        row = self.viewer.rows("help_request").get(request, {})
        body = {"lender": self._place.id, "terms_version": row.get("terms_version", 1), **what}
        return f"/requests/{request}/lend", body

    def _name(self) -> Move | None:
        found = self.any_of("commitment", lender=self._place.id, state="reserved", person=None)
        if found is None or not self._place.helpers:
            return None
        return f"/commitments/{found[0]}/name", {"person": str(self.dice.choice(self._place.helpers))}

    def _decline(self) -> Move | None:
        found = self.any_of("approach", lender=self._place.id, person=None, state="open")
        return None if found is None else _declined(found)

    def _refuse(self) -> Move | None:
        found = self.any_of("commitment", lender=self._place.id, state="reserved")
        return None if found is None else (f"/commitments/{found[0]}/refuse", {})

    def _give_back(self) -> Move | None:
        found = self.any_of("commitment", lender=self._place.id, state="final")
        return None if found is None else (f"/commitments/{found[0]}/give-back", {})

    def _lending(self) -> Move:
        cover = {function: self.dice.choice((0, 0, 1, 2)) for function in self.town.functions}
        number = self.dice.choice((0, 2, 5))
        standing = [{"id": str(self._place.desk), "at_most": number, "max_days": 30}] if number else []
        body = {"cover": cover, "standing": standing, "ask_people": self.dice.random() < 0.7}
        return f"/lending/{self._place.id}", body


class ColleaguePlayer(Player):
    """Claims, declines, says yes to being named, gives back, and switches duty."""

    @property
    def moves(self) -> list[tuple[int, Callable[[], Move | None]]]:
        """As the class says."""
        return [
            (12, self._claim), (6, self._accept), (1, self._decline), (2, self._give_back), (2, self.duty),
        ]  # fmt: skip

    def _mine(self, kind: str, **wanted: Any) -> tuple[str, dict[str, Any]] | None:
        return self.any_of(kind, person=self.sender.person, **wanted)

    def _claim(self) -> Move | None:
        # Also where it says that no slot is free: a page can be late, and then the answer must be right.
        found = self._mine("approach", state=frozenset({"open", "full"}))
        if found is None:
            return None
        row = self.viewer.rows("help_request").get(found[1]["request"], {})
        body = {"approach": found[0], "terms_version": row.get("terms_version", 1)}
        return f"/requests/{found[1]['request']}/claim", body

    def _accept(self) -> Move | None:
        found = self._mine("commitment", state="reserved")
        if found is None or "person" not in found[1].get("waits_for", ()):
            return None
        return f"/commitments/{found[0]}/accept", {}

    def _decline(self) -> Move | None:
        found = self._mine("approach", state="open")
        return None if found is None else _declined(found)

    def _give_back(self) -> Move | None:
        found = self._mine("commitment", state="final")
        return None if found is None else (f"/commitments/{found[0]}/give-back", {})


def _declined(found: tuple[str, dict[str, Any]]) -> Move:
    return f"/requests/{found[1]['request']}/decline", {"approach": found[0]}


class IbdPlayer(Player):
    """A duty officer of the IBD: writes in everybody's log, and reports for callers now and then."""

    @property
    def moves(self) -> list[tuple[int, Callable[[], Move | None]]]:
        """As the class says."""
        return [(20, self._log), (1, self._report), (1, self.duty)]

    def _log(self) -> Move | None:
        found = self.any_of("incident", closed_at=None)
        if found is None:
            return None
        body = {"id": self.sender.new_id(), "text": f"advies {self.dice.randrange(10_000)}"}
        return f"/incidents/{found[0]}/log", body

    def _report(self) -> Move:
        body = {
            "id": self.sender.new_id(),
            "affected": self.dice.choice(self.town.borrowers).id,
            "since": since(),
            "call_back": {"phone": "06 00000000"},
            "caller": "de centrale",
        }
        return "/incidents", body


class Visitor(Player):
    """Somebody at the directory's door: signs in anew again and again, and looks who works there."""

    async def run(self) -> None:
        """Play until cancelled."""
        while True:
            await asyncio.sleep(self.dice.expovariate(1 / self.pace))
            await self.may_play.wait()
            if self.dice.random() < 0.3 and self.sender.cookie:
                await self.sender.send("/api/directory/sign-out", {})
                self.sender.cookie = ""
            await self.sender.sign_in()
