"""Everybody at the platform during a life: viewers at their pages and players who send commands."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from schemas.night import dutch_time
from tests.faults.checker.facts import Spot
from tests.faults.checker.upgrade import Added, known_before
from tests.faults.helping import ColleaguePlayer, DeskPlayer, IbdPlayer, Visitor
from tests.faults.history import History
from tests.faults.playing import BorrowerPlayer, Player
from tests.faults.sending import Sender, Tally
from tests.faults.town import Lender, Town
from tests.faults.viewing import Picture, Viewer, stop

PREPARING_TRIES: Final = 30


@dataclass(frozen=True)
class Speed:
    """How many commands all players together send per second, about; and how many helpers each lender has."""

    commands_per_second: float = 20.0
    helpers: int = 2


class Crowd:
    """All of them; every method runs on the loop they live on."""

    def __init__(self, origin: str, town: Town, history: History, seed: str, speed: Speed) -> None:
        self._origin = origin
        self._history = history
        self._seed = seed
        self._town = town
        self.tally = Tally()
        self.viewers: list[Viewer] = []
        self.players: list[Player] = []
        self.borrowers: list[BorrowerPlayer] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._markers = 0
        self.added: Added = {}
        self._invite(town, speed)

    def _invite(self, town: Town, speed: Speed) -> None:
        number = len(town.borrowers) + len(town.lenders) + sum(len(each.helpers) for each in town.lenders) + 2
        pace = number / speed.commands_per_second
        for each in town.borrowers:
            name = f"borrower {each.id}"
            self.borrowers.append(BorrowerPlayer(*self._page(name, each.mandate), town, pace / 2, each))
        self.players += self.borrowers
        for lender in town.lenders:
            desk = self._page(f"desk {lender.id}", lender.desk)
            self.players.append(DeskPlayer(*desk, town, pace, lender))
            for number, helper in enumerate(lender.helpers):
                page = self._page(f"helper {lender.id} {number}", helper)
                self.players.append(ColleaguePlayer(*page, town, pace))
        self.players.append(IbdPlayer(*self._page("ibd", town.ibd), town, pace))
        self._page("curious", town.curious)
        # At the door nobody looks at a page: a viewer that is never run.
        dice = random.Random(f"{self._seed} visitor")
        sender = Sender(self._origin, town.curious, self._history, self.tally, dice)
        door = Viewer("visitor", sender, self._origin, self._history, dice)
        self.players.append(Visitor(door, dice, town, pace))

    def _page(self, name: str, person: UUID) -> tuple[Viewer, random.Random]:
        dice = random.Random(f"{self._seed} {name}")
        sender = Sender(self._origin, person, self._history, self.tally, dice)
        viewer = Viewer(name, sender, self._origin, self._history, random.Random(f"{self._seed} {name} page"))
        self.viewers.append(viewer)
        return viewer, dice

    async def arrive(self) -> None:
        """Sign everybody in and open every page."""
        await asyncio.gather(*(each.sender.sign_in() for each in self.viewers))
        await asyncio.gather(*(self._prepare_for_the_night(each) for each in self._town.lenders))
        self._tasks = [asyncio.create_task(each.run(), name=each.name) for each in self.viewers]
        self._tasks += [
            asyncio.create_task(each.run(), name=f"play {each.viewer.name}") for each in self.players
        ]

    async def _prepare_for_the_night(self, lender: Lender) -> None:
        """Somebody there goes off duty for good, and the desk says who may be woken."""
        dice = random.Random(f"{self._seed} resting {lender.id}")
        resting = Sender(self._origin, lender.off_duty, self._history, self.tally, dice)
        desk = next(each.sender for each in self.viewers if each.sender.person == str(lender.desk))
        try:
            await resting.sign_in()
            await _until_done(resting, "/api/aid/duty", {"on": False})
        finally:
            await resting.close()
        hour = dutch_time(datetime.now(UTC)).hour
        await _until_done(desk, "/api/directory/wake-list", lender.wake_list(hour))

    async def let_pass(self, people: Sequence[UUID], number: int) -> None:
        """From now on so many of these people come and go at a time."""
        for each in range(number):
            dice = random.Random(f"{self._seed} passer-by {each}")
            passing = self._come_and_go(dice, dice.choice(people))
            self._tasks.append(asyncio.create_task(passing, name=f"passer-by {each}"))

    async def _come_and_go(self, dice: random.Random, person: UUID) -> None:
        """One more person, who opens a page for some seconds, closes it, and comes back later."""
        sender = Sender(self._origin, person, self._history, self.tally, dice)
        try:
            await sender.sign_in()
            while True:
                viewer = Viewer("passer-by", sender, self._origin, self._history, dice)
                looking = asyncio.create_task(viewer.run())
                try:
                    await asyncio.sleep(dice.uniform(5, 40))
                finally:
                    await stop(looking)
                await asyncio.sleep(dice.uniform(1, 20))
        finally:
            await sender.close()

    async def play(self) -> None:
        """Everybody acts from now on."""
        for each in self.players:
            each.may_play.set()

    async def rest(self, seconds: float) -> bool:
        """Nobody begins anything new; whether everything sent was answered in time."""
        for each in self.players:
            each.may_play.clear()
        return await self._until(lambda: self.tally.in_flight == 0, seconds)

    async def mark(self, seconds: float) -> bool:
        """A log entry in every incident that is known; whether everybody who may see one did, in time."""
        self._markers += 1
        text = f"merk {self._markers}"
        markers = [move for each in self.borrowers if (move := each.marker(text)) is not None]
        senders = [each.sender for each in self.borrowers if each.incident is not None]
        sent = zip(senders, markers, strict=True)
        answers = await asyncio.gather(*(who.send("/api/aid" + path, body) for who, (path, body) in sent))
        written = [
            (path.split("/")[2], body["id"])
            for (path, body), answer in zip(markers, answers, strict=True)
            if answer.ok
        ]
        return await self._until(lambda: all(_shows(each, written) for each in self.viewers), seconds)

    async def differing(self) -> list[str]:
        """The viewers whose picture is not that of a fresh snapshot, by name."""
        fresh = await asyncio.gather(*(each.fresh() for each in self.viewers))
        return [
            viewer.name
            for viewer, picture in zip(self.viewers, fresh, strict=True)
            if picture is None or not viewer.open or self._shown(viewer.picture) != self._shown(picture)
        ]

    def _shown(self, picture: Picture) -> dict[Spot, Any]:
        return {spot: known_before(self.added, spot[0], row) for spot, row in picture.rows.items()}

    async def all_equal(self, seconds: float) -> list[str]:
        """Wait until every picture is that of a fresh snapshot; who differs still after so many seconds."""
        end = time.monotonic() + seconds
        while (differing := await self.differing()) and time.monotonic() < end:
            await asyncio.sleep(0.3)
        return differing

    async def leave(self) -> None:
        """Everybody goes home."""
        senders = [*(each.sender for each in self.viewers), *(each.sender for each in self.players)]
        for sender in senders:
            sender.over = True
        for task in self._tasks:
            await stop(task)
        for sender in senders:
            await sender.close()

    async def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.02)
        return True


async def _until_done(sender: Sender, path: str, body: dict[str, Any]) -> None:
    """At the very start not everything may be known everywhere yet."""
    for _ in range(PREPARING_TRIES):
        answer = await sender.send(path, body)
        if answer.ok:
            return
        await asyncio.sleep(1)
    raise RuntimeError(f"{path} is refused: {answer}")


def _shows(viewer: Viewer, written: Sequence[tuple[str, str]]) -> bool:
    """Whether a page is connected and has every marker of the incidents that it shows."""
    rows = viewer.picture.rows
    return viewer.open and all(
        ("log_entry", entry) in rows for incident, entry in written if ("incident", incident) in rows
    )
