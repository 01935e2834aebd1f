"""`noaber up` keeps its data, and Ctrl-C stops all of it."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.journey.case import Case
from tests.journey.cast import People, Places
from tests.journey.own_platform import home, noaber, up

__all__ = ["home"]

pytestmark = pytest.mark.timeout(400)


def test_up_keeps_its_data_and_ctrl_c_stops_all_of_it(home: Path) -> None:
    with up(home) as origin, closing(People(origin)) as people:
        case = Case(people, Places(people))
        checked = noaber(home, "verify")
        said, _ = checked.communicate(timeout=60)
        assert checked.returncode == 0 and said.count(": whole (") == 3, said
    with up(home) as origin, closing(People(origin)) as people:
        kept = people.be(case.mandate.person).read(f"/api/aid/incidents/{case.incident}")
        assert kept["data"]["affected"][0]["organisation"] == case.victim
