"""A small history, told in the books move by move: who is asked, who claims, who is too late."""

import json
from typing import Any

from tests.faults.books import (
    ASKED_AGAIN,
    ASKED_FIRST,
    ASKED_SECOND,
    DESK,
    FIRST,
    HELD,
    INCIDENT,
    MANDATE,
    OTHER_REQUEST,
    REQUEST,
    SECOND,
    Books,
    Row,
    at,
    name,
)
from tests.faults.checker.audience import (
    counted,
    readers_of_approach,
    readers_of_commitment,
    readers_of_incident,
    readers_of_request,
)
from tests.faults.checker.facts import HOLDING, Facts
from tests.faults.checker.history import History

CLAIM = f"/api/aid/requests/{REQUEST}/claim"

SHARED = {"exercise": False, "tlp": "TLP:GREEN", "lost_readers": []}


def incident() -> Row:
    """GM0001 is hit."""
    state: Row = {
        **SHARED,
        "id": INCIDENT,
        "source": "GM0001",
        "affected": [{"organisation": "GM0001", "services": []}],
        "since": at(0),
        "reported_at": at(1),
        "reported_by": MANDATE,
        "on_behalf_of": None,
        "call_back": {"phone": "0570 112358", "name": ""},
        "description": "",
        "phase": "acute",
        "pattern": "unknown",
        "severity": "unknown",
        "coordinators": [],
        "closed_at": None,
        "guests": [],
        "audience_version": 1,
    }
    return {**state, "readers": readers_of_incident(Facts(History()), state)}


def request(books: Books, key: str = REQUEST, slots: tuple[str | None, ...] = (None,), **more: Any) -> Row:
    """GM0001 asks for somebody who knows networks; `slots` are the commitments that hold them."""
    held = {each["id"]: each for each in books.all("commitment")}
    state: Row = {
        **SHARED,
        **{"id": key, "incident": INCIDENT, "borrower": "GM0001", "region": None, "function": "network"},
        **{"lane": "technology", "where": "remote", "place": "", "needed_by": at(120), "ends": at(180)},
        **{"assumed_days": 3, "at_least": 1, "languages": [], "systems": [], "note": "", "call_back": None},
        **{"state": "open", "asked_at": at(2), "asked_by": MANDATE, "confirmed": None, "choose_self": False},
        **{"circle": ["GM0002"], "terms_version": 1, "said_no": [], "could_ask": None, "shortfall": []},
        **{"wake": "not", "first_yes": None, "proposed": [], "spoken": [], "is_over": False},
        "slots": [_slot(each, held) for each in slots],
        **more,
    }
    return with_readers(books, {**state, "counts": counted(state)})


def with_readers(books: Books, state: Row, *hanging: tuple[str, Row]) -> Row:
    """A request that is read by those who hang on it now, these new states among them."""
    shelves = {kind: {each["id"]: each for each in books.all(kind)} for kind in ("approach", "commitment")}
    for kind, each in hanging:
        shelves[kind][each["id"]] = each
    mine = [[e for e in shelf.values() if e["request"] == state["id"]] for shelf in shelves.values()]
    return {**state, "readers": readers_of_request(state, *mine)}


def _slot(key: str | None, held: dict[str, Row]) -> Row:
    return {
        "state": held[key]["state"] if key in held else "open" if key is None else "final",
        "commitment": key,
    }


def approach(key: str, person: str, of: str = REQUEST, state: str = "open") -> Row:
    """Somebody of GM0002 is asked."""
    made: Row = {
        **SHARED,
        **{"id": key, "request": of, "incident": INCIDENT, "lender": "GM0002", "person": person},
        **{"function": "network", "state": state, "asked_at": at(4), "answered_at": None, "wake": "not"},
        **{"standing_yes": False, "reasons": []},
    }
    return {**made, "readers": readers_of_approach(made, "GM0001")}


def commitment(key: str, person: str | None, of: str = REQUEST, **more: Any) -> Row:
    """Somebody of GM0002 holds a slot, all three yeses given."""
    made: Row = {
        **SHARED,
        **{"id": key, "request": of, "incident": INCIDENT, "function": "network", "where": "remote"},
        **{"lender": "GM0002", "borrower": "GM0001", "person": person, "team_lead": None, "state": "final"},
        **{"waits_for": [], "yeses": [], "starts": at(120), "ends": at(180), "claimed_at": at(5)},
        **{"deadlines": [], "over_at": None, "over_by": None},
        **more,
    }
    return {**made, "readers": readers_of_commitment(made)}


def line(key: int, entry: str, text: str = "") -> Row:
    """A line of the log."""
    made = {
        **SHARED,
        **{"id": name(100 + key), "incident": INCIDENT, "at": at(key), "entry": entry, "about": {}},
        **{"by_organisation": "GM0001", "by_person": None, "request": None, "text": text, "mandate": None},
    }
    return {**made, "readers": readers_of_incident(Facts(History()), incident())}


def lending(**cover: int) -> Row:
    """What GM0002 keeps at home."""
    made = {**SHARED, "id": "GM0002", "cover": cover, "standing": [], "ask_people": True, "given_under": []}
    return {**made, "readers": {"org:GM0002": "own"}}


def report(books: Books) -> None:
    """GM0001 reports."""
    body = {"id": INCIDENT, "affected": "GM0001", "since": at(0), "call_back": {"phone": "0570 112358"}}
    left = ("incident", incident()), ("log_entry", line(1, "reported"))
    books.command(MANDATE, "/api/aid/incidents", body, *left)


def agree(books: Books, cover: int) -> None:
    """GM0002 says how many it keeps at home."""
    body = {"cover": {"network": cover}, "ask_people": True}
    books.command(DESK, "/api/aid/lending/GM0002", body, ("lending", lending(network=cover)))


def ask(books: Books, key: str = REQUEST, number: int = 1) -> None:
    """GM0001 asks; nobody is asked yet."""
    body = {"id": key, "incident": INCIDENT, "borrower": "GM0001", "function": "network", "number": number}
    body |= {"where": "remote", "needed_by": at(120), "ends": at(180)}
    made = request(books, key, (None,) * number, state="provisional", circle=[])
    entry = line(len(books.history.sent) + 10, "help_asked")
    books.command(MANDATE, "/api/aid/requests", body, ("help_request", made), ("log_entry", entry))


def suggest(books: Books, *asked: Row) -> None:
    """People are asked, as matching suggests: nobody's command."""
    of = books.newest("help_request", asked[0]["request"])
    rows = [("approach", each) for each in asked]
    opened = with_readers(books, {**of, "state": "open", "circle": ["GM0002"]}, *rows)
    books.deed(name(500 + len(books.history.journal)), ("help_request", opened), *rows)


def claim(books: Books, person: str, asked: str, made: Row, **more: Any) -> str:
    """A person takes the first open slot; who is still asked finds it full. The key of the command."""
    of = made["request"]
    body = {"approach": asked, "terms_version": 1}
    return books.command(person, f"/api/aid/requests/{of}/claim", body, *taking(books, asked, made), **more)


def taking(books: Books, asked: str, made: Row) -> list[tuple[str, Row]]:
    """What a claim leaves."""
    before = books.newest("help_request", made["request"])
    slots = [dict(slot) for slot in before["slots"]]
    free = next((slot for slot in slots if slot["commitment"] is None), {})
    free |= {"state": made["state"], "commitment": made["id"]}
    full = all(slot["commitment"] for slot in slots)
    others = [each for each in books.all("approach") if each["request"] == made["request"]]
    moved = [
        {**each, "state": "claimed" if each["id"] == asked else "full"}
        for each in others
        if each["id"] == asked or (full and each["state"] == "open")
    ]
    rows = [("commitment", made), *(("approach", each) for each in moved)]
    state = {**before, "slots": slots}
    of = with_readers(books, {**state, "counts": counted(state)}, *rows)
    gone = set(before["readers"]) - set(of["readers"])
    entry = line(len(books.history.journal) + 300, "committed")
    return [("help_request", {**of, "lost_readers": sorted(gone)}), *rows, ("log_entry", entry)]


def release(books: Books, key: str, state: str, **more: Any) -> list[tuple[str, Row]]:
    """What is left when a commitment is over and nobody is asked anew."""
    over = {**books.newest("commitment", key), "state": state, "deadlines": [], "waits_for": [], **more}
    assert state not in HOLDING
    before = books.newest("help_request", over["request"])
    slots = [
        {"state": "open", "commitment": None} if slot["commitment"] == key else slot
        for slot in before["slots"]
    ]
    changed = {**before, "slots": slots}
    of = with_readers(books, {**changed, "counts": counted(changed)}, ("commitment", over))
    gone = set(before["readers"]) - set(of["readers"])
    entry = line(len(books.history.journal) + 400, state)
    of = {**of, "lost_readers": sorted(gone)}
    return [("help_request", of), ("commitment", over), ("log_entry", entry)]


def begun(number: int = 1, cover: int = 1) -> Books:
    """A request of so many slots, for which both helpers are asked."""
    books = Books()
    report(books)
    agree(books, cover)
    ask(books, number=number)
    suggest(books, approach(ASKED_FIRST, FIRST), approach(ASKED_SECOND, SECOND))
    return books


def told() -> Books:
    """The same, and the first helper has the one slot; the second came too late."""
    books = begun()
    claim(books, FIRST, ASKED_FIRST, commitment(HELD, FIRST))
    facts = {"commitments": [{"id": HELD, "lender": "GM0002"}]}
    path, body = f"/api/aid/requests/{REQUEST}/claim", {"approach": ASKED_SECOND, "terms_version": 1}
    books.attempt(SECOND, path, body, "too-late", status=409, answer={"code": "taken", "facts": facts})
    return books


def second_request(books: Books) -> None:
    """The first helper is asked for another request too."""
    ask(books, OTHER_REQUEST)
    suggest(books, approach(ASKED_AGAIN, FIRST, OTHER_REQUEST))


def rows(history: History, aggregate: str, key: str) -> list[Row]:
    """The journal of one row."""
    return [row for row in history.journal if (row["aggregate"], row["key"]) == (aggregate, key)]


def records(history: History, key: str) -> list[Row]:
    """The records of one row."""
    return [record for record in history.record if record["key"] == key]


def without(shown: Row, key: str) -> Row:
    """What changes of a picture or a snapshot when a row is taken out of it."""
    if "rows" in shown:
        return {"rows": [row for row in shown["rows"] if row["id"] != key]}
    tables = [
        {**table, "rows": [row for row in table["rows"] if row[0] != key]}
        for table in json.loads(shown["text"])["tables"]
    ]
    return {"text": json.dumps({"tables": tables})}
