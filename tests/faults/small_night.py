"""A small night, told in the books: two of GM0002 are called in turn for one request, and one says yes."""

from datetime import datetime

from tests.faults.books import ASKED_AGAIN, DESK, FIRST, MANDATE, OTHER_REQUEST, SECOND, Books, Row, at, name
from tests.faults.small_history import SHARED, approach, ask, request, suggest, told

LADDER, STEP_FIRST, STEP_DESK, STEP_SECOND = (name(number) for number in range(61, 65))
OWN = {"readers": {"org:GM0002": "own"}}


def seconds(minute: int) -> float:
    """A moment of the platform on the harness's clock."""
    return datetime.fromisoformat(at(minute)).timestamp()


def step(key: str, person: str, minute: int, state: str) -> Row:
    """Somebody's turn on the ladder, which lasted a minute."""
    ended = None if state == "calling" else at(minute + 1)
    return {"id": key, "person": person, "state": state, "at": at(minute), "answered_at": ended}


def ladder(*attempts: Row, state: str = "answered", turn: Row | None = None) -> Row:
    """What GM0002 is told of the second request."""
    return {
        **SHARED,
        **OWN,
        **{"id": LADDER, "request": OTHER_REQUEST, "organisation": "GM0002", "function": "network"},
        **{"state": state, "asked_at": at(5), "attempts": list(attempts), "passed": [], "turn": turn},
        **{"phone": "", "untold": [], "asks": "help", "late": False},
    }


def wake_list(*turns: tuple[str, int, int]) -> Row:
    """Whom GM0002 lets be woken: (person, from hour, to hour)."""
    listed = [
        {"person": person, "from_hour": begin, "to_hour": end, "exercises": False}
        for person, begin, end in turns
    ]
    return {**SHARED, **OWN, "id": "GM0002", "turns": listed, "minutes": 1, "phone": ""}


def called(books: Books, reference: str, minute: int, hour: int = 3) -> None:
    """The provider took a call."""
    books.history.add("call", at=seconds(minute), reference=reference, number="+31600000000", hour=hour)


def off_duty(books: Books, person: str) -> None:
    """Somebody switches their duty off."""
    duty = {**SHARED, "id": person, "on": False, "until": None, "changed_at": at(3)}
    left = ("duty", {**duty, "readers": {f"person:{person}": "own"}})
    books.command(person, "/api/aid/duty", {"on": False}, left)


def dark() -> Books:
    """The second request says *now*; the second helper is off duty; nobody has been called yet."""
    books = told()
    books.deed(name(600), ("wake_list", wake_list((SECOND, 0, 0), (FIRST, 0, 0), (DESK, 22, 8))))
    off_duty(books, SECOND)
    ask(books, OTHER_REQUEST)
    suggest(books, {**approach(ASKED_AGAIN, FIRST, OTHER_REQUEST), "wake": "now"})
    books.history.add("over", at=seconds(30))
    return books


def climbed(books: Books, *attempts: Row, **more: object) -> Books:
    """The ladder stands so in the end."""
    books.deed(name(601), ("delivery", ladder(*attempts, **more)))  # type: ignore[arg-type]
    return books


def woken() -> Books:
    """The first helper says no, the desk says yes."""
    books = dark()
    called(books, STEP_FIRST, 6)
    called(books, STEP_DESK, 7)
    return climbed(books, step(STEP_FIRST, FIRST, 6, "no"), step(STEP_DESK, DESK, 7, "yes"))


def asked_at_home(**more: object) -> Books:
    """Somebody who may not confirm it asks on behalf of GM0001; who may is asleep."""
    books = told()
    waits = {"state": "provisional", "asked_by": FIRST, "circle": [], **more}
    books.deed(name(604), ("help_request", request(books, OTHER_REQUEST, **waits)))
    books.history.add("over", at=seconds(30))
    return books


def woken_at_home(*attempts: Row, person: str = MANDATE, **more: object) -> Books:
    """Who may confirm is called, and said yes unless said; `more`: of the request."""
    state = str(more.pop("ladder", "answered"))
    books = asked_at_home(**more)
    called(books, STEP_FIRST, 6)
    found = attempts or ({**step(STEP_FIRST, person, 6, "yes"), "offer": {}, "became": "confirmed"},)
    at_home = {"readers": {"org:GM0001": "own"}, "organisation": "GM0001", "asks": "confirm"}
    books.deed(name(605), ("delivery", {**ladder(*found, state=state), **at_home}))
    return books
