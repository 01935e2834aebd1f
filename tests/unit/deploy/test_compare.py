"""At the end of a play the wall is compared with the owners: nothing wrong, and nothing missing."""

from typing import Any

import pytest

from deploy.client import Refusal
from deploy.scenarios.compare import PATHS, differences

INCIDENT = {"phase": "acute", "level": "coordinator", "v": [1, 2, 0]}
REQUEST = {"slots": [{"state": "final", "commitment": "c1"}], "level": "coordinator", "v": [1, 4, 0]}
COMMITMENT = {"state": "final", "contact": {"name": "Joris"}, "level": "coordinator", "v": [1, 1, 3]}
TOLD = {"incident": {"i1"}, "help_request": {"r1"}, "commitment": {"c1"}, "log_entry": {"l1"}}
NOT_SHOWN = {"level", "v", "contact"}


class Wall:
    """A screen, and owners that answer what `owned` says."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, dict[str, Any]]] = {
            "incident": {"i1": dict(INCIDENT)},
            "help_request": {"r1": dict(REQUEST)},
            "commitment": {"c1": dict(COMMITMENT)},
        }
        self.owned: dict[str, Any] = {
            f"/api/aid/{PATHS[kind]}/{key}": {
                "v": [*row["v"][:2], 0],
                "data": {name: value for name, value in row.items() if name not in NOT_SHOWN},
            }
            for kind, rows in self.seen.items()
            for key, row in rows.items()
        }

    def rows(self) -> dict[str, dict[str, dict[str, Any]]]:
        return self.seen

    def read(self, path: str) -> Any:
        return self.owned[path]


def test_a_wall_that_shows_what_the_owners_answer_agrees() -> None:
    assert differences(Wall(), TOLD) == []


@pytest.mark.parametrize("kind", ["incident", "help_request", "commitment"])
def test_a_wall_that_lost_a_row_does_not_agree(kind: str) -> None:
    wall = Wall()
    (key,) = wall.seen.pop(kind)
    assert f"{kind} {key} is not there" in differences(wall, TOLD)


def test_a_commitment_in_a_slot_has_to_be_on_the_wall_even_if_no_answer_told_of_it() -> None:
    wall = Wall()
    wall.seen.pop("commitment")
    assert differences(wall, {}) == ["commitment c1 is not there"]


def test_an_older_version_and_another_value_do_not_agree() -> None:
    wall = Wall()
    wall.owned["/api/aid/requests/r1"]["v"] = [1, 5, 0]
    wall.owned["/api/aid/incidents/i1"]["data"]["phase"] = "recovery"
    assert differences(wall, TOLD) == [
        "incident i1 differs in phase",
        "help_request r1 stands at version [1, 4, 0], its owner's at [1, 5, 0]",
    ]


def test_a_row_that_its_owner_does_not_show_this_person_does_not_agree() -> None:
    wall = Wall()
    wall.owned["/api/aid/commitments/c1"] = Refusal(404, "not_found")
    assert differences(wall, TOLD) == ["commitment c1 is there, and its owner answers not_found"]


def test_what_its_owner_keeps_sealed_is_opened_on_the_wall_and_anything_else_has_to_be_the_same() -> None:
    wall = Wall()
    data = wall.owned["/api/aid/incidents/i1"]["data"]
    data |= {"call_back": None, "on_behalf_of": {"entered_by": "IBD", "caller": ""}}
    shown = {"call_back": {"phone": "06"}, "on_behalf_of": {"entered_by": "IBD", "caller": "De secretaris"}}
    wall.seen["incident"]["i1"] |= shown
    assert differences(wall, TOLD) == []
    data |= {"call_back": {"phone": "07"}, "on_behalf_of": {"entered_by": "GM1735", "caller": ""}}
    assert differences(wall, TOLD) == ["incident i1 differs in call_back, on_behalf_of"]
