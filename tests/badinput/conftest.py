"""A platform that only bad input is sent to; a failure prints the end of every process's log."""

import os
from collections.abc import Iterator

import pytest

from deploy.bootstrap import home_of
from deploy.running import Running, Wish
from services.directory.seed import known_organisations
from tests.badinput.parties import Parties
from tests.badinput.scene import Scene
from tests.contract.lying_provider import Liar, lying
from tests.contract.there_and_back import written_down
from tests.journey.cast import NUMBER, PLAYED, RESERVED, People, Places
from tests.process_logs import show_logs

SETTINGS = (("NOABER_APPROACHES_PER_SLOT", "20"), ("NOABER_SEED_PEOPLE", str(NUMBER)))


@pytest.fixture(scope="session")
def provided() -> list[str]:
    """Municipalities that have an identity provider; `Places` hands them out to nobody."""
    known = known_organisations()
    return [
        each.id for each in known if each.population and each.region in PLAYED and each.id not in RESERVED
    ]


@pytest.fixture(scope="session")
def liar() -> Iterator[Liar]:
    """Their provider."""
    with lying() as one:
        yield one


@pytest.fixture(scope="session")
def platform(
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
    liar: Liar,
    provided: list[str],
) -> Iterator[Running]:
    file = written_down(tmp_path_factory.mktemp("providers"), liar.issuer, provided)
    settings = (*SETTINGS, ("NOABER_PROVIDERS_FILE", str(file)))
    wish = Wish(home_of(os.environ), tmp_path_factory.mktemp("badinput"), first_port=8200, settings=settings)
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


@pytest.fixture(scope="session")
def scene(people: People, places: Places) -> Scene:
    """A case with somebody in every role, so that what is sent meets rules and not only closed doors."""
    return Scene(people, places)


@pytest.fixture
def parties(people: People, places: Places) -> Iterator[Parties]:
    made = Parties(people, places)
    yield made
    made.close()
