"""What a command may carry: a name and a place fit on a phone, published states stay as they are."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from schemas.events.help_request import HelpRequest
from services.aid.rules.commands import AskHelp, ChangeFacts, ReportIncident
from services.runtime.fields import by_field

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC).isoformat()
ID = str(UUID(int=1))
TOO_LONG = {"nl": "Dit mag hoogstens 200 tekens zijn.", "en": "This may be at most 200 characters."}


def report(name: str) -> dict[str, Any]:
    call = {"phone": "0612345678", "name": name}
    return {"id": ID, "affected": "GM1735", "since": NOW, "call_back": call}


def ask(place: str) -> dict[str, Any]:
    needed = {"function": "network", "number": 1, "where": "on_site", "needed_by": NOW}
    return {"id": ID, "incident": ID, "borrower": "GM1735", "place": place, **needed}


def test_200_characters_pass() -> None:
    assert len(ReportIncident.model_validate(report("x" * 200)).call_back.name) == 200
    assert len(AskHelp.model_validate(ask(" " + "x" * 200 + " ")).place) == 200


@pytest.mark.parametrize(
    ("command", "body", "field"),
    [
        (ReportIncident, report("x" * 201), "call_back.name"),
        (ChangeFacts, {"call_back": report("x" * 201)["call_back"]}, "call_back.name"),
        (AskHelp, ask("x" * 201), "place"),
    ],
)
def test_201_are_refused_with_the_field_named(command: Any, body: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        command.model_validate(body)
    assert by_field(refused.value.errors()) == {field: TOO_LONG}


def test_the_published_request_keeps_its_room_for_a_longer_place() -> None:
    schema = HelpRequest.model_json_schema()["properties"]["place"]
    assert schema["maxLength"] == 4000
