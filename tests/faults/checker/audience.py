"""Who may see which row, at which level, with which fields: the fourth law of the domain, by hand."""

from collections.abc import Collection, Iterable
from typing import Any

from tests.faults.checker.facts import HOLDING, Facts, Spot, State

LEVELS = ("public", "asked", "partner", "coordinator", "own")
"""Each sees what stands before it too."""

CAPS = {
    "TLP:RED": "own",
    "TLP:AMBER+STRICT": "own",
    "TLP:AMBER": "coordinator",
    "TLP:GREEN": "asked",
    "TLP:CLEAR": "public",
}
"""Label -> the lowest level that a row with it may be shown at."""

FIELDS: dict[str, dict[str, str]] = {
    "incident": {
        "public": "id exercise",
        "asked": "tlp phase",
        "partner": "source affected since reported_at description pattern severity closed_at guests",
        "coordinator": "call_back on_behalf_of coordinators",
        "own": "reported_by",
    },
    "help_request": {
        "public": "exercise",
        "asked": "tlp id region function lane where needed_by ends assumed_days at_least languages systems "
        "state asked_at choose_self terms_version counts wake",
        "partner": "incident borrower place note call_back",
        "coordinator": "confirmed circle proposed slots could_ask shortfall first_yes",
        "own": "asked_by",
    },
    "approach": {
        "public": "exercise",
        "asked": "tlp id request lender function state asked_at answered_at wake",
        "own": "person standing_yes reasons",
    },
    "commitment": {
        "public": "exercise",
        "asked": "tlp",
        "partner": "id request incident function where lender borrower person team_lead state waits_for "
        "starts ends claimed_at deadlines over_at over_by",
        "coordinator": "yeses",
    },
    "log_entry": {
        "public": "exercise",
        "asked": "tlp id at entry",
        "partner": "incident by_organisation request about",
        "coordinator": "by_person text mandate",
    },
    "duty": {"public": "exercise", "asked": "tlp", "own": "id on until changed_at"},
    "lending": {"public": "exercise", "asked": "tlp", "own": "id cover standing ask_people given_under"},
    "wake_list": {"public": "exercise", "asked": "tlp", "own": "id turns minutes phone"},
    "delivery": {
        "public": "exercise",
        "asked": "tlp",
        "coordinator": "id request organisation asks function state asked_at phone late",
        "own": "attempts passed turn untold",
    },
    "card": {
        "public": "exercise",
        "asked": "tlp",
        "own": "id organisation role state printed_at printed_by expires_at asked_at asked used_at used_by "
        "approved_by untold ended_at ended_by restored_at",
    },
    "trust": {
        "public": "exercise",
        "asked": "tlp id distrusted since by_organisation",
        "coordinator": "by_person mandate",
    },
    "person": {
        "public": "exercise",
        "asked": "tlp",
        "own": "id memberships functions languages called_in systems fictitious forgotten guest system",
    },
}
"""Kind -> level -> the fields that it adds to those of the levels before it."""

CONTACT_FROM = LEVELS.index("partner")
"""From this level on a name and number are shown, of who helps now and of one's own colleagues."""

OF_AN_INCIDENT = ("help_request", "approach", "commitment", "log_entry")


def fields_of(kind: str, level: str) -> set[str]:
    """Exactly the fields that a level sees of a kind of row."""
    seen = LEVELS[: LEVELS.index(level) + 1]
    return {name for each in seen for name in FIELDS[kind].get(each, "").split()}


def level_for(state: State, parents: Collection[State], keys: Collection[str]) -> str | None:
    """The level at which these keys see a row, its label and the loosest of these parents' labels applied."""
    held = [LEVELS.index(level) for key, level in state["readers"].items() if key in keys]
    if not held or (state.get("incident") is not None and not parents):
        return None
    lowest = _cap(state)
    if state.get("incident") is not None:
        lowest = max(lowest, min(map(_cap, parents)))
    return LEVELS[max(held)] if max(held) >= lowest else None


def _cap(state: State) -> int:
    return LEVELS.index(CAPS[state["tlp"]])


def case(incident: str) -> dict[str, str]:
    """Those who coordinate an incident."""
    return {"org:IBD": "coordinator", f"incident:{incident}:coordinator": "coordinator"}


def readers_of_incident(facts: Facts, state: State) -> dict[str, str]:
    """Who is hit and where the cause sits own it; members and the case coordinate; guests read along."""
    guests = {f"person:{each['person']}": "partner" for each in state["guests"] if not each["ended_at"]}
    return readers_of_line(facts, state) | guests


def readers_of_line(facts: Facts, state: State) -> dict[str, str]:
    """A line of the log is read by whoever reads its incident, but for the guests."""
    readers = {f"org:{member}": "coordinator" for member in facts.members.get(state["source"], ())}
    hit = [state["source"], *(each["organisation"] for each in state["affected"])]
    return readers | case(state["id"]) | {f"org:{each}": "own" for each in hit}


def readers_of_request(
    state: State, approaches: Iterable[State], commitments: Iterable[State]
) -> dict[str, str]:
    """The borrower and the case; whoever has an open approach; whoever holds a slot."""
    readers: dict[str, str] = {}
    for each in approaches:
        if each["state"] == "open":
            readers |= dict.fromkeys(_both(each), "asked")
    for each in commitments:
        if each["state"] in HOLDING:
            readers |= dict.fromkeys(_both(each), "partner")
    return readers | case(state["incident"]) | {f"org:{state['borrower']}": "own"}


def readers_of_approach(state: State, borrower: str) -> dict[str, str]:
    """Those who are asked own it; the borrower and the case see that somebody of a lender is asked."""
    return {f"org:{borrower}": "coordinator"} | case(state["incident"]) | dict.fromkeys(_both(state), "own")


def readers_of_commitment(state: State) -> dict[str, str]:
    """The borrower, the lender's desk and the person own it; the case sees it."""
    own = [*_both(state), f"org:{state['borrower']}"]
    return case(state["incident"]) | dict.fromkeys(own, "own")


def _both(state: State) -> list[str]:
    """The lender's desk, and the person where one is named."""
    desk = [f"desk:{state['lender']}"]
    return desk if state["person"] is None else [*desk, f"person:{state['person']}"]


def readers_apart(spot: Spot, state: State) -> dict[str, str] | None:
    """Readers of rows that hang on nothing: duty, agreements, colleagues, distrust. None for other kinds."""
    kind, key = spot
    if kind == "duty":
        return {f"person:{key}": "own"}
    if kind == "lending":
        return {f"org:{key}": "own"}
    if kind == "trust":
        warned = {"members": "asked"} if state["distrusted"] else {}
        return warned | {"org:IBD": "coordinator"} | {f"org:{key}": "own"}
    if kind == "person":
        own = {f"org:{each['organisation']}": "own" for each in state["memberships"]}
        return own | {f"person:{key}": "own"}
    return None


def counted(state: State) -> dict[str, Any]:
    """How many slots of a request are open, reserved and final."""
    states = [slot["state"] for slot in state["slots"]]
    return {each: states.count(each) for each in ("open", "reserved", "final")}
