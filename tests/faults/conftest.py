"""One life of a platform of its own for all faults of `make test`; a failure prints the end of every log."""

import os
from collections.abc import Iterator

import pytest

from deploy.bootstrap import home_of
from tests.faults.crowd import Speed
from tests.faults.life import Life

SEED = "1735"
_LIFE = pytest.StashKey[Life]()


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Life]:
    place = tmp_path_factory.mktemp("faults") / "life"
    with Life(home_of(os.environ), place, SEED, Speed(), print) as running:
        request.config.stash[_LIFE] = running
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    life = item.config.stash.get(_LIFE, None)
    if report.failed and life is not None:
        for name in life.house.names:
            report.sections.append((f"log of {name}", "\n".join(life.house.running.last_lines(name))))
    return report
