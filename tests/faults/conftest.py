"""Platforms of their own, for faults and for a run without any; a failure prints the end of every log."""

import os
from collections.abc import Iterator

import pytest

from deploy.bootstrap import home_of
from deploy.running import Running, Wish
from tests.faults.crowd import Speed
from tests.faults.life import Life
from tests.journey.cast import NUMBER

SEED = "1735"
_LIFE = pytest.StashKey[Life]()
_PLATFORM = pytest.StashKey[Running]()


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Life]:
    place = tmp_path_factory.mktemp("faults") / "life"
    with Life(home_of(os.environ), place, SEED, Speed(), print) as running:
        request.config.stash[_LIFE] = running
        yield running


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Running]:
    """One that nothing happens to."""
    place = tmp_path_factory.mktemp("platform")
    settings = (("NOABER_SEED_PEOPLE", str(NUMBER)),)
    with Running(Wish(home_of(os.environ), place, first_port=8400, settings=settings), print) as running:
        request.config.stash[_PLATFORM] = running
        yield running
    del request.config.stash[_PLATFORM]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    life, platform = item.config.stash.get(_LIFE, None), item.config.stash.get(_PLATFORM, None)
    running = [*([life.house.running] if life else []), *([platform] if platform else [])]
    for each in running if report.failed else ():
        for child in each.supervisor.children:
            report.sections.append((f"log of {child.name}", "\n".join(each.last_lines(child.name))))
    return report
