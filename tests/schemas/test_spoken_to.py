"""In which language somebody is called: as they chose, else Dutch unless they are known to speak none."""

from uuid import UUID

import pytest

from schemas.events.person import Person


@pytest.mark.parametrize(
    ("languages", "chosen", "found"),
    [
        (("nl",), None, "nl"),
        ((), None, "nl"),
        (("en", "nl"), None, "nl"),
        (("de",), None, "en"),
        (("nl",), "en", "en"),
        (("de",), "nl", "nl"),
    ],
)
def test_what_was_chosen_counts_and_else_dutch_where_it_is_spoken_or_nothing_is_known(
    languages: tuple[str, ...], chosen: str | None, found: str
) -> None:
    told = {"id": UUID(int=1), "languages": languages, "called_in": chosen, "exercise": False}
    assert Person.model_validate(told).spoken_to == found
