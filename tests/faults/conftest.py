"""Platforms of their own, for faults and for a run without any; a failure prints the end of every log."""

import os
from collections.abc import Iterator

import pytest

from deploy.bootstrap import home_of
from deploy.running import Running, Wish
from tests.faults.crowd import Speed
from tests.faults.life import Life
from tests.journey.cast import NUMBER
from tests.process_logs import show_logs

SEED = "1735"


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Life]:
    place = tmp_path_factory.mktemp("faults") / "life"
    with Life(home_of(os.environ), place, SEED, Speed(), print) as lived:
        show_logs(request, __file__, lambda: lived.house.running)
        yield lived


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Running]:
    """One that nothing happens to."""
    place = tmp_path_factory.mktemp("platform")
    settings = (("NOABER_SEED_PEOPLE", str(NUMBER)),)
    with Running(Wish(home_of(os.environ), place, first_port=8400, settings=settings), print) as running:
        show_logs(request, __file__, lambda: running)
        yield running
