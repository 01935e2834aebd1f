"""A small run of the real platform, written down and judged: what is right is found right."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.client import Client
from deploy.provision import DATABASE
from deploy.running import Running
from schemas.catalogue import Function
from schemas.values import IBD, Right
from tests.faults.checker import History, check
from tests.faults.checker.history import Line, read
from tests.faults.evidence import until_still
from tests.faults.record import RecordedClient, Recorder
from tests.journey.case import Case, approached, claim, claimed, moment
from tests.journey.cast import People, Places, done
from tests.journey.looking import Page, Picture
from tests.journey.waiting import until

pytestmark = pytest.mark.timeout(600)

NETWORK = Function.NETWORK


class RecordedPeople(People):
    """The same people, whose commands are written down."""

    def __init__(self, origin: str, recorder: Recorder) -> None:
        self.recorder = recorder
        super().__init__(origin)

    def anew(self, person: UUID) -> Client:
        return RecordedClient(self.origin, self.recorder).sign_in(person)


@dataclass
class Run:
    """Who takes part."""

    platform: Running
    recorder: Recorder
    people: RecordedPeople
    places: Places
    pages: dict[str, Page]


@pytest.fixture(scope="module")
def history(platform: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """One run: several people act, five look, and everything that can be known is written down."""
    file: Path = tmp_path_factory.mktemp("history") / "run.jsonl"
    with Recorder(file) as recorder:
        people = RecordedPeople(platform.platform.origin, recorder)
        run = Run(platform, recorder, people, Places(people), {})
        _happen(run)
        _write_down(run)
        people.close()
    yield read([file])


def _happen(run: Run) -> None:
    people, places = run.people, run.places
    victim, coordinator, neighbour = places.take(), places.take(), places.take()
    ready = places.lender(NETWORK, 2, standing=True)
    slow = places.lender(NETWORK, 2)
    looking = {
        "victim": people.with_right(Right.MANDATE, victim),
        "ibd": people.with_right(Right.IBD, IBD),
        "coordinator": people.be(people.staff(coordinator)[0].person.id),
        "neighbour": people.be(people.staff(neighbour)[0].person.id),
        "helper": ready.helpers[0],
        "desk": slow.desk,
    }
    run.pages |= {name: Page(client) for name, client in looking.items()}
    case = Case(people, places, victim, call_back={"phone": "+31 570 112 358", "name": "Een bode"})
    path = f"/api/aid/incidents/{case.incident}"
    done(case.mandate.send(f"{path}/coordinators", {"coordinators": [coordinator]}))
    done(case.mandate.send(f"{path}/log", {"id": str(uuid4()), "text": " De back-up is terug "}))
    assert case.mandate.send(f"{path}/services", {"affected": neighbour, "services": [{"service": "mail"}]})
    request = case.request(NETWORK, 2, ready.id, slow.id, place="Kelder", note="Bel aan")
    second = approached(ready.helpers[1], request)["id"]
    waiting = approached(slow.helpers[1], request)["id"]
    first = claimed(ready.helpers[0], request)
    reserved = claimed(slow.helpers[0], request)
    assert claim(ready.helpers[1], request, second).code == "taken"
    yes = {"lender": slow.id, "reservations": [reserved["id"]], "terms_version": 1}
    key = str(uuid4())
    for _ in range(2):
        done(slow.desk.send(f"/api/aid/requests/{request}/lend", yes, key))
    _lose_the_answer(ready.helpers[0], f"/api/aid/commitments/{first['id']}/give-back")
    until(lambda: case.slots(request)["open"] == 1)
    done(slow.helpers[1].send(f"/api/aid/requests/{request}/decline", {"approach": waiting}))
    done(case.mandate.send(f"{path}/facts", {"tlp": "TLP:AMBER", "phase": "recovery"}))
    done(case.mandate.send(f"{path}/facts", {"tlp": "TLP:GREEN", "phase": "recovery"}))
    done(case.mandate.send(f"{path}/coordinators", {"coordinators": []}))
    done(ready.helpers[1].send("/api/aid/duty", {"on": False}))
    _names_follow(case, places)
    Case(people, places, exercise=True)
    Case(people, places, victim=slow.id)


def _names_follow(case: Case, places: Places) -> None:
    """A desk that lends without names, a name, a no, another name, a yes; and a request that is withdrawn."""
    lender = places.lender(NETWORK, 2, ask_people=False)
    request = case.request(NETWORK, 3, lender.id, needed_by=moment(days=3), ends=moment(days=4))
    approached(lender.desk, request)
    lend = {"lender": lender.id, "unnamed": 1, "terms_version": 1}
    held = done(lender.desk.send(f"/api/aid/requests/{request}/lend", lend))["row"]["id"]
    path, (one, other) = f"/api/aid/commitments/{held}", lender.helpers[:2]
    done(lender.desk.send(f"{path}/name", {"person": str(one.person)}))
    done(one.send(f"{path}/refuse", {}))
    done(lender.desk.send(f"{path}/name", {"person": str(other.person)}))
    done(other.send(f"{path}/accept", {}))
    done(case.mandate.send(f"/api/aid/requests/{request}/number", {"number": 1}))
    gone = case.ask(NETWORK)
    done(case.mandate.send(f"/api/aid/requests/{gone}/withdraw", {}))


def _lose_the_answer(client: Client, path: str) -> None:
    """A command whose answer is lost on its way, then the same again."""

    def lose(response: httpx.Response) -> None:
        raise httpx.ReadTimeout("lost on its way", request=response.request)

    key = str(uuid4())
    client._http.event_hooks = {"response": [lose]}
    with pytest.raises(httpx.TimeoutException):
        client.send(path, {}, key)
    client._http.event_hooks = {}
    done(client.send(path, {}, key))


def _write_down(run: Run) -> None:
    recorder, platform = run.recorder, run.platform.platform
    for each in run.people.organisations.values():
        recorder.note("organisation", id=each.id, members=list(each.delivers_ict_to))
    recorder.note_people(list(run.people.all.values()))
    superuser = run.platform._postgres.dsn.rsplit("/", 1)[0] + f"/{DATABASE}"
    asyncio.run(until_still(superuser, platform.kafka))
    for name, page in run.pages.items():
        page.until(lambda picture, page=page: picture.rows == _fresh(page).rows)
        recorder.note_page(name, page)
        page.drop()
    for kind, plural in (
        ("incident", "incidents"),
        ("help_request", "requests"),
        ("commitment", "commitments"),
    ):
        for key in run.people.with_right(Right.IBD, IBD).rows()[kind]:
            for page in run.pages.values():
                page.client.note_read(f"/api/aid/{plural}/{key}")
    # Signing in and the seal after it are rows, too.
    asyncio.run(until_still(superuser, platform.kafka))
    asyncio.run(_ask_everything(run, recorder))
    assert platform.topic_prefix == ""


async def _ask_everything(run: Run, recorder: Recorder) -> None:
    platform = run.platform.platform
    for owner in ("aid", "directory"):
        await recorder.note_owner(owner, platform.database(owner))
    await recorder.note_topics(platform.kafka, platform.topic_prefix)


def _fresh(page: Page) -> Picture:
    found = page.client.read("/api/live/snapshot")
    assert isinstance(found, dict)
    return Picture(found)


def test_nothing_is_wrong_with_what_really_happened(history: History) -> None:
    assert [str(violation) for violation in check(history)] == []


def test_the_history_holds_something_of_everything(history: History) -> None:
    assert history.sent and history.read and history.journal and history.record
    assert {line["viewer"] for line in history.fresh} == {line["viewer"] for line in history.frame}
    assert {line["aggregate"] for line in history.journal} >= {"commitment", "approach", "lending", "person"}
    assert [line for line in history.sent if "status" not in line]
    assert [line for line in history.sent if line.get("status") == 409]


def _bent(history: History, **lines: list[Line]) -> set[str]:
    """What is found when some kinds of lines are others."""
    return {violation.kind for violation in check(replace(history, **lines))}


def test_a_row_that_was_not_published_is_missed_in_it(history: History) -> None:
    held = next(row["key"] for row in history.journal if row["aggregate"] == "commitment")
    mine = [record for record in history.record if record["key"] == held]
    last = max(mine, key=lambda record: record["offset"])
    kept = [record for record in history.record if record is not last]
    assert _bent(history, record=kept) == {"not_published"}


def test_a_frame_of_the_victim_is_not_for_a_neighbour_in_it(history: History) -> None:
    neighbour = next(line["person"] for line in history.frame if line["viewer"] == "neighbour")
    seen = [line for line in history.frame if line["viewer"] == "victim" and '"help_request"' in line["text"]]
    strange = {**seen[0], "viewer": "stranger", "person": neighbour}
    assert _bent(history, frame=[*history.frame, strange]) >= {"row_leaked", "not_compared"}


def test_an_acknowledged_command_that_left_nothing_is_missed_in_it(history: History) -> None:
    claimed_by = next(
        line for line in history.sent if line["path"].endswith("/claim") and line["status"] == 200
    )
    again = {**claimed_by, "key": "left-nothing"}
    assert _bent(history, sent=[*history.sent, again]) == {"acknowledged_command_missing"}


def test_a_minimum_that_was_always_higher_is_breached_in_it(history: History) -> None:
    held = next(json.loads(row["payload"]) for row in history.journal if row["aggregate"] == "commitment")
    agreed = [row for row in history.journal if (row["aggregate"], row["key"]) == ("lending", held["lender"])]
    strict = {"id": held["lender"], "cover": {held["function"]: 10_000}}
    without = [row for row in history.journal if row not in agreed]
    assert "below_cover" in _bent(history, journal=without, lender=[strict])
