"""The readers that stand in each state are those of the domain, no more and no fewer."""

from collections import defaultdict

from tests.faults.checker.audience import (
    counted,
    readers_apart,
    readers_of_approach,
    readers_of_commitment,
    readers_of_incident,
    readers_of_line,
    readers_of_request,
)
from tests.faults.checker.facts import Facts, Spot, State
from tests.faults.checker.verdict import Verdict

Shelf = dict[str, dict[str, State]]


def check_readers(facts: Facts, verdict: Verdict) -> None:
    """Every state at every version; a request's readers also after each step of what hangs on it."""
    newest = dict(facts.kind("help_request"))
    for spot, versions in facts.states.items():
        for version, state in versions.items():
            expected = _expected(facts, spot, state, newest)
            if expected is not None and "readers" in state:
                _compare(spot, version[1], expected, state["readers"], verdict)
            if spot[0] == "help_request" and state["counts"] != counted(state):
                ids = {"aggregate": spot[0], "key": spot[1], "version": version[1]}
                verdict.wrong("counts_differ", f"{counted(state)} as its slots say", state["counts"], **ids)
    if "help_request" in facts.journalled:
        _check_requests(facts, verdict)


def _expected(facts: Facts, spot: Spot, state: State, requests: dict[str, State]) -> dict[str, str] | None:
    if spot[0] == "incident":
        return readers_of_incident(facts, state)
    if spot[0] == "commitment":
        return readers_of_commitment(state)
    if spot[0] == "approach" and state["request"] in requests:
        return readers_of_approach(state, requests[state["request"]]["borrower"])
    if spot[0] == "log_entry":
        incident = next(iter(facts.states.get(("incident", state["incident"]), {}).values()), None)
        return None if incident is None else readers_of_line(facts, incident)
    return readers_apart(spot, state)


def _compare(
    spot: Spot, version: int, expected: dict[str, str], found: dict[str, str], verdict: Verdict
) -> None:
    ids = {"aggregate": spot[0], "key": spot[1], "version": version}
    if more := {key: level for key, level in found.items() if expected.get(key) != level}:
        verdict.wrong("reads_too_much", f"no other readers than {expected}", more, **ids)
    less = {key: level for key, level in expected.items() if key not in found}
    # A colleague may be read by one employer where they have two.
    if less and spot[0] != "person":
        verdict.wrong("reads_too_little", f"these readers too: {less}", found, **ids)


def _check_requests(facts: Facts, verdict: Verdict) -> None:
    requests: dict[str, tuple[int, State]] = {}
    hanging: dict[str, Shelf] = defaultdict(lambda: {"approach": {}, "commitment": {}})
    for deed in facts.deeds:
        touched: set[str] = set()
        for (kind, key), version, state in deed.rows:
            if kind == "help_request":
                requests[key] = (version, state)
                touched.add(key)
            elif kind in ("approach", "commitment"):
                hanging[state["request"]][kind][key] = state
                touched.add(state["request"])
        for key in sorted(touched & requests.keys()):
            version, state = requests[key]
            approaches, commitments = (hanging[key][kind].values() for kind in ("approach", "commitment"))
            expected = readers_of_request(state, approaches, commitments)
            _compare(("help_request", key), version, expected, state["readers"], verdict)
