"""A whole platform with two nodes of `live` behind Caddy, and very many pages that are open there."""

import os
from collections.abc import Callable, Iterator

import pytest

from deploy.bootstrap import home_of
from deploy.running import Running, Wish
from schemas.values import Right
from services.directory.rules.fictitious import PEOPLE as FEW
from tests.asking import Asked
from tests.journey.case import Case
from tests.journey.cast import NUMBER, People, Places, done
from tests.journey.waiting import until
from tests.process_logs import show_logs

IS_LONG = os.environ.get("NOABER_COUNTS") == "long"
PAGES = 1_000 if IS_LONG else 200
PEOPLE = 200 if IS_LONG else 50
MADE_UP = NUMBER if IS_LONG else FEW
NEIGHBOURS = 20
"""As many organisations as may be given the role of coordinator: their staff sees the incident."""


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Running]:
    place = tmp_path_factory.mktemp("platform")
    settings = (("NOABER_SEED_PEOPLE", str(MADE_UP)),)
    wish = Wish(home_of(os.environ), place, first_port=8400, settings=settings, live_nodes=2)
    with Running(wish, print) as running:
        show_logs(request, __file__, lambda: running)
        yield running


@pytest.fixture(scope="session")
def people(platform: Running) -> Iterator[People]:
    made = People(platform.platform.origin, MADE_UP)
    yield made
    made.close()


@pytest.fixture(scope="session")
def case(people: People) -> Case:
    """An incident whose coordinators are the organisations of everybody who looks."""
    places = Places(people)
    victim = places.take()
    mandate = people.with_right(Right.MANDATE, victim)
    # On a platform that has just begun, `aid` still takes in everybody who was made up.
    until(lambda: mandate.send("/api/aid/incidents", {}).status == 400, 60, what="the session at aid")
    made = Case(people, places, victim)
    neighbours = [places.take() for _ in range(NEIGHBOURS)]
    path = f"/api/aid/incidents/{made.incident}/coordinators"
    done(made.mandate.send(path, {"coordinators": neighbours}))
    made.neighbours = neighbours
    return made


@pytest.fixture(scope="session")
def cookies(people: People, case: Case) -> list[str]:
    """The sessions of everybody who looks."""
    staff = [each.person.id for neighbour in case.neighbours for each in people.staff(neighbour)]
    assert len(staff) >= PEOPLE
    return [people.cookie(person) for person in staff[:PEOPLE]]


@pytest.fixture(scope="session")
def crowd(platform: Running, cookies: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A process with all pages open."""
    log = tmp_path_factory.mktemp("crowd") / "log"
    home, origin = home_of(os.environ), platform.platform.origin
    with Asked(home, log, "tests.viewers.crowd", origin) as process:
        process.tell({"do": "come", "cookies": cookies, "tabs": PAGES // PEOPLE})
        assert process.answer()["open"] == PAGES
        yield process


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a figure that was measured, past pytest's own capture."""

    def says(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}")

    return says
