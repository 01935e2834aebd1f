"""What each command leaves where it was carried out: by hand, from the domain's moves."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.faults.checker.facts import Deed, State
from tests.faults.checker.history import Line

Left = Callable[[Deed, Line, str], bool]
"""Whether a deed holds what this attempt at a command (about this target) asked for."""


def says(stored: Any, asked: Any) -> bool:
    """Whether what is stored says what was asked: same moment, same text but for blanks around it."""
    if isinstance(asked, dict) and isinstance(stored, dict):
        return all(says(stored.get(name), value) for name, value in asked.items())
    if isinstance(asked, list) and isinstance(stored, list):
        return len(stored) == len(asked) and all(map(says, stored, asked))
    if isinstance(asked, str) and isinstance(stored, str):
        return stored == asked.strip() or (moment(stored) is not None and moment(stored) == moment(asked))
    return bool(stored == asked)


def moment(text: str) -> datetime | None:
    """The moment that a text names, or None where it names none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _one(deed: Deed, kind: str, key: str) -> State:
    return next((state for state in deed.of(kind) if state["id"] == key), {})


def _reported(deed: Deed, sent: Line, _: str) -> bool:
    body = sent["body"]
    made = next((each for each in deed.first("incident") if each["id"] == body["id"]), None)
    return (
        made is not None
        and made["reported_by"] == sent["person"]
        and [each["organisation"] for each in made["affected"]] == [body["affected"]]
        and (made.get("reach") is not None or says(made["call_back"], body["call_back"]))
    )


def _services(deed: Deed, sent: Line, target: str) -> bool:
    body, incident = sent["body"], _one(deed, "incident", target)
    victims = [each for each in incident.get("affected", ()) if each["organisation"] == body["affected"]]
    now = {each["service"]: each["state"] for victim in victims for each in victim["services"]}
    return all(now.get(each["service"]) == each.get("state", "down") for each in body["services"])


def _facts(deed: Deed, sent: Line, target: str) -> bool:
    asked = {name: value for name, value in sent["body"].items() if value is not None}
    told = any(line["entry"] == "incident_changed" for line in deed.of("log_entry"))
    # Facts that were so already leave only the line.
    incident = _one(deed, "incident", target)
    if incident.get("reach") is not None:
        asked.pop("call_back", None)
    return told and (not incident or says(incident, asked))


def _coordinators(deed: Deed, sent: Line, target: str) -> bool:
    wanted = {f"org:{each}" for each in sent["body"]["coordinators"]}
    return set(_one(deed, "incident", target).get("coordinators", ["?"])) == wanted


def _logged(deed: Deed, sent: Line, target: str) -> bool:
    line = _one(deed, "log_entry", sent["body"]["id"])
    return line.get("incident") == target and says(line.get("text"), sent["body"]["text"])


def _closed(deed: Deed, _: Line, target: str) -> bool:
    return _one(deed, "incident", target).get("closed_at") is not None


def _asked(deed: Deed, sent: Line, _: str) -> bool:
    body = sent["body"]
    made = next((each for each in deed.first("help_request") if each["id"] == body["id"]), {})
    same = ("incident", "borrower", "function", "where", "needed_by")
    return len(made.get("slots", ())) == body["number"] and all(says(made[n], body[n]) for n in same)


def _confirmed(deed: Deed, sent: Line, target: str) -> bool:
    request = _one(deed, "help_request", target)
    circle = set(request.get("circle", ()))
    return (
        request.get("state") == "open"
        and bool(circle)
        and circle <= set(sent["body"]["circle"])
        and request["choose_self"] == sent["body"].get("choose_self", False)
        and request["confirmed"]["by"] == sent["person"]
    )


def _withdrawn(deed: Deed, _: Line, target: str) -> bool:
    return _one(deed, "help_request", target).get("state") == "withdrawn"


def _number(deed: Deed, sent: Line, target: str) -> bool:
    told = any(line["entry"] == "help_changed" for line in deed.of("log_entry"))
    request = _one(deed, "help_request", target)
    return told and (not request or len(request["slots"]) == sent["body"]["number"])


def _claimed(deed: Deed, sent: Line, target: str) -> bool:
    made = deed.first("commitment")
    return len(made) == 1 and (made[0]["request"], made[0]["person"]) == (target, sent["person"])


def _declined(deed: Deed, sent: Line, _: str) -> bool:
    return _one(deed, "approach", sent["body"]["approach"]).get("state") == "declined"


def _lent(deed: Deed, sent: Line, target: str) -> bool:
    body, made = sent["body"], deed.first("commitment")
    agreed = [_one(deed, "commitment", key) for key in body.get("reservations", ())]
    wanted = body.get("unnamed", 0)
    return (
        all("lender" not in each.get("waits_for", ["lender"]) for each in agreed)
        and (1 <= len(made) <= wanted if wanted else not made)
        and all((each["request"], each["lender"]) == (target, body["lender"]) for each in (*agreed, *made))
    )


def _yes(party: str) -> Left:
    def left(deed: Deed, sent: Line, target: str) -> bool:
        commitment = _one(deed, "commitment", target)
        given = [(yes["party"], yes["by"]) for yes in commitment.get("yeses", ())]
        return (party, sent["person"]) in given and party not in commitment["waits_for"]

    return left


def _refused(deed: Deed, _: Line, target: str) -> bool:
    commitment = _one(deed, "commitment", target)
    return bool(commitment) and (commitment["state"] == "refused" or commitment["person"] is None)


def _given_back(deed: Deed, _: Line, target: str) -> bool:
    return _one(deed, "commitment", target).get("state") == "given_back"


def _named(deed: Deed, sent: Line, target: str) -> bool:
    return bool(_one(deed, "commitment", target).get("person") == sent["body"]["person"])


def _duty(deed: Deed, sent: Line, _: str) -> bool:
    duty, body = _one(deed, "duty", sent["person"]), sent["body"]
    return duty.get("on") == body["on"] and says(duty.get("until"), body.get("until"))


def _lending(deed: Deed, sent: Line, target: str) -> bool:
    return says_lending(_one(deed, "lending", target), sent["body"])


def says_lending(state: State, body: Line) -> bool:
    """Whether agreements are those that were asked; what the body leaves out is nothing."""
    return (
        state.get("cover", {}) == body.get("cover", {})
        and state.get("ask_people", False) == body.get("ask_people", False)
        and says(state.get("standing", []), body.get("standing", []))
    )


_ID = r"([0-9a-fA-F-]{36})"
EFFECTS: dict[str, tuple[str, Left]] = {
    "report": (r"/api/aid/incidents()", _reported),
    "services": (rf"/api/aid/incidents/{_ID}/services", _services),
    "facts": (rf"/api/aid/incidents/{_ID}/facts", _facts),
    "coordinators": (rf"/api/aid/incidents/{_ID}/coordinators", _coordinators),
    "log": (rf"/api/aid/incidents/{_ID}/log", _logged),
    "close": (rf"/api/aid/incidents/{_ID}/close", _closed),
    "ask": (r"/api/aid/requests()", _asked),
    "confirm": (rf"/api/aid/requests/{_ID}/confirm", _confirmed),
    "withdraw": (rf"/api/aid/requests/{_ID}/withdraw", _withdrawn),
    "number": (rf"/api/aid/requests/{_ID}/number", _number),
    "claim": (rf"/api/aid/requests/{_ID}/claim", _claimed),
    "decline": (rf"/api/aid/requests/{_ID}/decline", _declined),
    "lend": (rf"/api/aid/requests/{_ID}/lend", _lent),
    "accept": (rf"/api/aid/commitments/{_ID}/accept", _yes("person")),
    "approve": (rf"/api/aid/commitments/{_ID}/approve", _yes("borrower")),
    "refuse": (rf"/api/aid/commitments/{_ID}/refuse", _refused),
    "give_back": (rf"/api/aid/commitments/{_ID}/give-back", _given_back),
    "name": (rf"/api/aid/commitments/{_ID}/name", _named),
    "duty": (r"/api/aid/duty()", _duty),
    "lending": (r"/api/aid/lending/(\w+)", _lending),
}
"""Command -> its path, with the target in it, and what it leaves."""


def command_of(path: str) -> tuple[str, str] | None:
    """Command and target of a path, or None where it is none of these."""
    for name, (pattern, _) in EFFECTS.items():
        if found := re.fullmatch(pattern, path):
            return name, found[1].lower() if name != "lending" else found[1]
    return None
