"""What whoever runs the platform may read of a request: ids, functions and reasons, and no content."""

import json

from schemas.events.approach import Approach, ApproachState
from schemas.events.help_request import HelpRequest
from schemas.export import ROOT
from services.aid.store.explained import shown_approach, shown_request

EXAMPLES = ROOT / "schemas" / "examples"
REQUEST = HelpRequest.model_validate_json((EXAMPLES / "help_request.v1.json").read_text(encoding="utf-8"))
APPROACH = Approach.model_validate_json((EXAMPLES / "approach.v1.json").read_text(encoding="utf-8"))


def test_a_request_is_shown_by_id_function_and_counts() -> None:
    said = REQUEST.model_copy(update={"note": "what was said", "place": "where"})
    shown = shown_request(7, said)
    assert (shown["request"], shown["version"]) == (str(REQUEST.id), 7)
    assert shown["function"] == REQUEST.function and sum(shown["counts"].values()) == len(REQUEST.slots)
    assert shown.keys() == {
        *("request", "version", "function", "state", "asked_at", "terms_version", "counts"),
        *("could_ask", "shortfall"),
    }
    assert "what was said" not in json.dumps(shown)


def test_who_said_no_is_told_to_nobody() -> None:
    states = {
        each: shown_approach(APPROACH.model_copy(update={"state": each}))["state"] for each in ApproachState
    }
    assert {each for each, shown in states.items() if shown == "ended"} == {
        *(ApproachState.DECLINED, ApproachState.GIVEN_BACK, ApproachState.FULL),
        *(ApproachState.WITHDRAWN, ApproachState.LAPSED),
    }
    assert states[ApproachState.OPEN] == "open" and states[ApproachState.CLAIMED] == "claimed"


def test_an_approach_is_shown_without_a_standing_yes_and_without_its_incident() -> None:
    shown = shown_approach(APPROACH)
    assert shown.keys() == {"lender", "person", "asked_at", "state", "reasons"}
    assert [each["code"] for each in shown["reasons"]] == [each.code for each in APPROACH.reasons]
