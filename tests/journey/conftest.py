"""One whole platform for all journeys; a failure prints the end of every process's log."""

import os
from collections.abc import Callable, Iterator

import pytest

from deploy.bootstrap import home_of
from deploy.running import Running, Wish
from schemas.values import IBD, Right
from services.directory.seed import known_organisations
from tests.collector import Collector, collecting
from tests.contract.lying_provider import Liar, lying
from tests.contract.there_and_back import written_down
from tests.journey.case import Case
from tests.journey.cast import NUMBER, People, Places
from tests.journey.looking import Page
from tests.process_logs import show_logs

SETTINGS = (
    ("NOABER_APPROACHES_PER_SLOT", "200"),
    ("NOABER_SEED_PEOPLE", str(NUMBER)),
)
SOON_TOLD = ("OTEL_BSP_SCHEDULE_DELAY", "200")
"""Milliseconds in which the SDK gathers spans, instead of 5 s."""

GROUPS = {"beheer": ["system_administration"]}


@pytest.fixture(scope="session")
def liar() -> Iterator[Liar]:
    """The identity provider of every organisation, in the hands of an attacker."""
    with lying() as one:
        yield one


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Where every process tells its traces, all of them."""
    with collecting() as one:
        yield one


@pytest.fixture(scope="session")
def platform(
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
    liar: Liar,
    collector: Collector,
) -> Iterator[Running]:
    place = tmp_path_factory.mktemp("platform")
    known = [each.id for each in known_organisations()]
    file = written_down(tmp_path_factory.mktemp("providers"), liar.issuer, known, functions=GROUPS)
    traced = (("NOABER_TRACES_URL", collector.url), ("NOABER_TRACE_SHARE", "1"), SOON_TOLD)
    settings = (*SETTINGS, *traced, ("NOABER_PROVIDERS_FILE", str(file)))
    wish = Wish(home_of(os.environ), place, first_port=8000, settings=settings)
    with Running(wish, print) as running:
        show_logs(request, __file__, lambda: running)
        yield running


@pytest.fixture(scope="session")
def people(platform: Running) -> Iterator[People]:
    made = People(platform.platform.origin)
    yield made
    made.close()


@pytest.fixture(scope="session")
def places(people: People) -> Places:
    return Places(people)


@pytest.fixture
def case(people: People, places: Places) -> Case:
    """An incident that was just reported, by a municipality that no other test uses."""
    return Case(people, places)


@pytest.fixture
def ibd(people: People):
    return people.with_right(Right.IBD, IBD)


@pytest.fixture
def look() -> Iterator[Callable[..., Page]]:
    """Opens pages that are closed when the test is over."""
    opened: list[Page] = []

    def opens(client) -> Page:
        opened.append(Page(client))
        return opened[-1]

    yield opens
    for page in opened:
        page.drop()
