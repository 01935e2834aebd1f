"""A platform of its own for the browser, and the front end's own checks run as its developers run them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.bootstrap import home_of
from deploy.parts import frontend
from deploy.running import Running, Wish


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The home, with the front end's locked packages installed."""
    home = home_of(os.environ)
    frontend.install(home)
    return home


@pytest.fixture(scope="module")
def platform(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    wish = Wish(node_modules, tmp_path_factory.mktemp("browser"), first_port=8600)
    with Running(wish) as running:
        yield running
    running.forget()
