"""How long people are still in after somebody threw their organisation's switch; the page says a second."""

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Final

from deploy.client import Client, Refusal
from deploy.running import Running, Wish
from schemas.live import CLOSE_SIGNED_OUT
from schemas.values import Right
from services.directory.rules.fictitious import PERSONAS
from tests.bench.rows import Row, at_most
from tests.bench.setting import Setting
from tests.bench.trials import Trial
from tests.journey.cast import People
from tests.journey.looking import Page

SESSIONS: Final = 20
"""Of one organisation, each with a page that is open."""

IBD: Final = "Ruud"
PEOPLE: Final = 1_500
PATIENCE: Final = 15.0
LOOKS: Final = ("/api/directory/me", "/api/live/snapshot")
ORDER: Final = ("/api/aid/duty", {"on": True})


def measure(setting: Setting) -> Iterator[Row]:
    """From the order to the last refusal of every service to every session, and to the last closed socket."""
    place = setting.scratch / "platform"
    settings = (("NOABER_SEED_PEOPLE", str(PEOPLE)),)
    with Running(Wish(setting.home, place, first_port=9000, settings=settings)) as running:
        people = People(running.platform.origin, PEOPLE)
        pairs = setting.compare(lambda: _thrown(people))
        people.close()
    yield setting.row("switch: last session refused everywhere", "s", pairs, "refused", at_most(1.0))
    yield setting.row("switch: last page closed", "s", pairs, "closed", at_most(1.0))
    running.forget()


def _thrown(people: People) -> Trial:
    hit = next(each.organisation for each in PERSONAS if Right.MANDATE in each.rights)
    thrower = people.with_right(Right.MANDATE, hit).person
    staff = [each.person.id for each in people.staff(hit)]
    with ExitStack() as opened, ThreadPoolExecutor(SESSIONS) as threads:
        clients = [opened.enter_context(people.anew(staff[turn % len(staff)])) for turn in range(SESSIONS)]
        pages = [opened.enter_context(Page(each)) for each in clients]
        order = opened.enter_context(people.anew(thrower))
        closing = [threads.submit(_closed, each) for each in pages]
        began = time.monotonic()
        answer = order.send(f"/api/directory/organisations/{hit}/distrust", {})
        refused = _refused(clients)
        closed = [each.result() for each in closing]
    restored = people.persona(IBD).send(f"/api/directory/organisations/{hit}/trust", {})
    out = [at for at in (*closed, *refused) if at is not None]
    right = not isinstance(answer, Refusal) and not isinstance(restored, Refusal)
    figures = {"refused": _last(refused) - began, "closed": _last(closed) - began}
    return Trial(figures, 2 * SESSIONS, len(out) if right else 0)


def _last(moments: list[float | None]) -> float:
    return max((at for at in moments if at is not None), default=math.inf)


def _closed(page: Page) -> float | None:
    """When it was closed; None where that was for another reason."""
    return time.monotonic() if page.closed(PATIENCE) == CLOSE_SIGNED_OUT else None


def _refused(clients: list[Client]) -> list[float | None]:
    """When each was refused everywhere; one after the other, so that asking is not what takes the time."""
    end = time.monotonic() + PATIENCE
    found: list[float | None] = []
    for client in clients:
        while not (out := _is_out(client)) and time.monotonic() < end:
            pass
        found.append(time.monotonic() if out else None)
    return found


def _is_out(client: Client) -> bool:
    answers = [*(client.read(path) for path in LOOKS), client.send(*ORDER)]
    return all(isinstance(each, Refusal) and each.status == 401 for each in answers)
