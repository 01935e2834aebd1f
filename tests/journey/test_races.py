"""Many at once: one winner per slot, nobody in two places, no lender below its own minimum."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from deploy.client import Client
from schemas.catalogue import Function
from schemas.events.suggestion import Candidate
from services.aid.rules.approach import approach_id
from services.aid.store import welcome
from tests.journey.case import Case, approached, moment, of
from tests.journey.cast import People, done
from tests.journey.waiting import until

MANY = 200
SPARE = 40
CROWD = Function.CISO
"""The function of the 200; no other journey asks for it."""


def test_two_hundred_people_on_one_slot_have_one_winner_and_all_the_others_hear_who(people, places) -> None:
    case = Case(people, places)
    circle = [each for each in places.free if welcome._lending(each).ask_people]
    _enough_on_duty(people, circle)
    request = case.request(CROWD, 1, *circle, needed_by=moment(days=40), ends=moment(days=41))
    asked = until(lambda: (rows := of(case.mandate, "approach", request)) and len(rows) >= MANY and rows, 120)
    who = _people_asked(people, asked)
    assert len(who) == MANY
    sent = [
        (people.cookie(person), f"/api/aid/requests/{request}/claim", {"approach": key, "terms_version": 1})
        for person, key in who.items()
    ]
    answers = asyncio.run(at_once(people.origin, sent))
    won = [body for status, body in answers if status == 200]
    lost = [body for status, body in answers if status == 409]
    assert (len(won), len(lost)) == (1, MANY - 1), {status for status, _ in answers}
    commitment = {"id": won[0]["row"]["id"], "lender": won[0]["row"]["data"]["lender"]}
    assert all(body["code"] == "taken" for body in lost), {body["code"] for body in lost}
    assert all(body["facts"]["commitments"] == [commitment] for body in lost)
    counts = case.slots(request)
    assert counts["open"] == 0 and counts["reserved"] + counts["final"] == 1
    until(lambda: len(of(case.mandate, "commitment", request)) == 1)
    done(case.mandate.send(f"/api/aid/requests/{request}/withdraw", {}))


def test_two_requests_that_race_for_one_person_do_not_both_get_them(people, places) -> None:
    lender = places.lender(Function.PRIVACY, standing=True)
    helper = lender.helpers[0]
    cases = [Case(people, places), Case(people, places)]
    for _ in range(3):
        requests = [case.request(Function.PRIVACY, 1, lender.id) for case in cases]
        sent = [_claim(helper, each) for each in requests]
        (first, one), (second, other) = asyncio.run(at_once(people.origin, sent))
        assert sorted((first, second)) == [200, 409], (one, other)
        won, lost = (one, other) if first == 200 else (other, one)
        assert lost["code"] == "elsewhere" and lost["facts"]["commitment"] == won["row"]["id"]
        done(helper.send(f"/api/aid/commitments/{won['row']['id']}/give-back", {}))


def test_two_requests_that_race_for_a_lenders_last_one_above_cover_do_not_both_get_it(people, places) -> None:
    function = Function.PRIVACY
    lender = places.lender(function, 2, standing=True, cover={function: 0})
    keeps = len(lender.helpers) - 1
    agreements = {"cover": {function: keeps}, "standing": [], "ask_people": True}
    done(lender.desk.send(f"/api/aid/lending/{lender.id}", agreements))
    cases = [Case(people, places), Case(people, places)]
    requests = [case.request(function, 1, lender.id) for case in cases]
    one, other = lender.helpers[:2]
    sent = [_claim(one, requests[0]), _claim(other, requests[1])]
    answers = asyncio.run(at_once(people.origin, sent))
    assert sorted(status for status, _ in answers) == [200, 409], answers
    lost = next(body for status, body in answers if status == 409)
    assert (lost["code"], lost["facts"]) == ("below_cover", {"lender": lender.id})


def test_the_same_claim_sent_twice_at_once_is_one_claim(people, places, case) -> None:
    lender = places.lender(Function.PRIVACY, standing=True)
    request = case.request(Function.PRIVACY, 2, lender.id)
    sent, key = _claim(lender.helpers[0], request), str(uuid4())
    answers = asyncio.run(at_once(people.origin, [sent] * 5, key))
    assert [status for status, _ in answers] == [200] * 5
    assert len({body["row"]["id"] for _, body in answers}) == 1
    assert case.slots(request)["open"] == 1


Command = tuple[str, str, dict]
"""Cookie, path and body."""


def _claim(helper: Client, request: str) -> Command:
    approach = approached(helper, request)["id"]
    return helper.cookie, f"/api/aid/requests/{request}/claim", {"approach": approach, "terms_version": 1}


def _enough_on_duty(people: People, circle: Sequence[str]) -> None:
    """How many places are left depends on which tests came before; who is off duty there makes up for it.

    Somewhat more than are needed: some are not asked, for what else was played with them.
    """
    able = [each.person for place in circle for each in people.staff(place) if CROWD in each.person.functions]
    assert len(able) >= MANY + SPARE, "too many places are taken: have more people made up (cast.NUMBER)"
    off = [each for each in able if not welcome._duty(each, datetime.now(UTC)).on]
    for person in off[: max(0, MANY + SPARE - len(able) + len(off))]:
        done(people.be(person.id).send("/api/aid/duty", {"on": True}))


def _people_asked(people: People, asked: list[dict]) -> dict[UUID, str]:
    """Person -> the approach to them; the borrower sees of an approach only of which lender it is."""
    ids = {each["id"]: UUID(each["request"]) for each in asked}
    found = {}
    for lender in {each["lender"] for each in asked}:
        for person in (each.person.id for each in people.staff(lender)):
            key = str(
                approach_id(next(iter(ids.values())), Candidate(lender=lender, person=person, cost_minutes=0))
            )
            found |= {person: key} if key in ids else {}
    return found


async def at_once(origin: str, commands: Sequence[Command], key: str | None = None) -> list[tuple[int, dict]]:
    """Status and body of commands whose last byte leaves when every other byte has been sent.

    No answer is read before all are sent.
    """
    host, port = origin.removeprefix("http://").split(":")
    barrier = asyncio.Barrier(len(commands))
    all_sent = asyncio.Barrier(len(commands))

    async def one(cookie: str, path: str, body: dict) -> tuple[int, dict]:
        reader, writer = await asyncio.open_connection(host, int(port))
        content = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n"
            f"Idempotency-Key: {key or uuid4()}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + content[:-1])
        await writer.drain()
        await barrier.wait()
        writer.write(content[-1:])
        await writer.drain()
        await all_sent.wait()
        answer = await reader.read()
        writer.close()
        top, _, rest = answer.partition(b"\r\n\r\n")
        return int(top.split()[1]), json.loads(_whole(top, rest))

    return list(await asyncio.gather(*(one(*each) for each in commands)))


def _whole(top: bytes, rest: bytes) -> bytes:
    if b"transfer-encoding: chunked" not in top.lower():
        return rest
    parts = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        parts.append(rest[:length])
        rest = rest[length + 2 :]
    return b"".join(parts)
