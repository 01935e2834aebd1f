"""The drill: a platform is backed up while people work, is lost, and comes back as it was at that moment."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from deploy.backup import Backup, make_backup, platform_in, restore
from deploy.bootstrap import SetupFailed, home_of
from deploy.client import Client
from deploy.kept_mode import kept_mode
from deploy.noaber.verify import look as verified
from deploy.running import Running, Wish, forget
from deploy.stack import OWNERS
from deploy.unfinished import refuse_unfinished
from schemas.catalogue import Function
from schemas.values import IBD, Right
from services.directory.rules.fictitious import PEOPLE
from services.runtime.settings import Mode
from tests.journey.case import Case, claimed
from tests.journey.cast import People, Places, done
from tests.journey.looking import Page
from tests.journey.named import Named, forget_person, in_clear, is_in
from tests.journey.waiting import until

HOME = home_of(os.environ)

PHONE, NAME = "06 31 41 59 26", "Wiebe van der Meldkamer"
"""Whom to call about the incident of who is forgotten."""

pytestmark = pytest.mark.timeout(300)
"""Two platforms start one after the other in the set-up of the first test."""


def problems(running: Running) -> list[str]:
    base, place = running.platform.base, running.platform.home
    return [each for owner in OWNERS for each in verified(HOME, place, base, owner)["problems"]]


@dataclass
class Lost:
    """What is left of a platform whose home is gone: its backup, its newest keys, and what people held."""

    folder: Path
    backup: Backup
    keys: Path
    before: Case
    commitment: str
    after: Case
    told: Case
    named: Named
    forgotten: str
    said: dict[str, tuple[str, ...]]
    distrusted: str
    cursor: str
    cookie: str


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("lost")
    keys = folder / "safe" / "keys.json"
    place = folder / "first"
    try:
        with Running(Wish(HOME, place, first_port=8400), print) as running:
            found = live_through(running, folder, keys)
            shutil.copy(place / "secrets.json", folder / "secrets.json")
    finally:
        forget(HOME, place)
    yield found


def live_through(running: Running, folder: Path, keys: Path) -> Lost:
    with closing(People(running.platform.origin, PEOPLE)) as people:
        places = Places(people)
        before = Case(people, places)
        lender = places.lender(Function.NETWORK, standing=True)
        commitment = claimed(lender.helpers[0], before.request(Function.NETWORK, 2, lender.id))["id"]
        with Page(before.mandate) as page:
            page.until(lambda picture: picture.get("commitment", commitment))
            told = Case(people, places, call_back={"phone": PHONE, "name": NAME}, pattern="ransomware")
            told.ask(Function.NETWORK)
            named = Named.written(people, places)
            made = backup(running, folder, keys)
            after = Case(people, places)
            forgotten = people.all[told.mandate.person]
            with Page(colleague(people, told)) as theirs:
                seen = {"phone": PHONE, "name": NAME}
                theirs.until(lambda picture: picture.get("incident", told.incident)["call_back"] == seen)
                assert forget_person(running, str(forgotten.person.id)).status_code == 200
                theirs.until(lambda picture: picture.get("incident", told.incident)["call_back"] is None)
            assert forget_person(running, str(forgotten.person.id)).status_code == 404
            named.forgotten_in(running)
            distrusted = places.take()
            ibd = people.with_right(Right.IBD, IBD)
            done(ibd.send(f"/api/directory/organisations/{distrusted}/distrust", {}))
            newest = backup(running, folder, keys)
            until(lambda: not problems(running), what="a whole story")
            named.look(running, newest)
            held = (page.picture.cursor, page.cookie)
        said = said_of(running, (made, newest), (forgotten.name, forgotten.phone, PHONE, NAME))
    person = str(forgotten.person.id)
    return Lost(folder, made, keys, before, commitment, after, told, named, person, said, distrusted, *held)


def colleague(people: People, case: Case) -> Client:
    """Somebody who works where the case is, and did not report it."""
    staff = (each.person.id for each in people.staff(case.victim))
    return people.be(next(each for each in staff if each != case.mandate.person))


def said_of(running: Running, backups: Iterable[Backup], words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Word -> the dumps, topics and logs in which it can be read; "ransomware" is there, so looking finds.

    A dump is looked through as the SQL in it, where bytes (the journals) are written in hexadecimals.
    """
    place = running.platform.home
    texts = {str(each.dump): in_clear(each.dump) for each in backups}
    texts |= {str(each): each.read_bytes() for each in (place / "data" / "kafka").rglob("*.log")}
    texts |= {str(each): each.read_bytes() for each in (place / "log").rglob("*") if each.is_file()}
    return {
        word: tuple(name for name, text in texts.items() if is_in(word.encode(), text))
        for word in (*words, "ransomware")
    }


def backup(running: Running, folder: Path, keys: Path) -> Backup:
    return make_backup(HOME, running.platform.home, running.platform.base, folder / "backups", keys)


@pytest.fixture(scope="module")
def restored(lost: Lost) -> Iterator[Running]:
    place = lost.folder / "second"
    place.mkdir()
    # The keys that sign sessions are kept apart, like the others: with them nobody has to sign in again.
    shutil.copy(lost.folder / "secrets.json", place / "secrets.json")
    restore(HOME, place, lost.backup, lost.keys)
    assert kept_mode(place) is Mode.DEMO
    try:
        with Running(Wish(HOME, place, first_port=8400), print) as running:
            yield running
    finally:
        forget(HOME, place)


@pytest.fixture
def people(restored: Running) -> Iterator[People]:
    with closing(People(restored.platform.origin, PEOPLE)) as made:
        yield made


@pytest.fixture
def page(lost: Lost, people: People) -> Iterator[Page]:
    with Page(people.be(lost.before.mandate.person)) as found:
        yield found


def test_everything_that_was_acknowledged_before_the_backup_is_there(lost: Lost, page: Page) -> None:
    incident = page.until(lambda picture: picture.get("incident", lost.before.incident))
    assert incident["affected"][0]["organisation"] == lost.before.victim
    assert page.until(lambda picture: picture.get("commitment", lost.commitment))["state"] == "final"


def test_what_was_decided_after_the_backup_is_not_there(lost: Lost, people: People) -> None:
    later = people.be(lost.after.mandate.person)
    assert later.read(f"/api/aid/incidents/{lost.after.incident}").status == 404


def test_the_story_is_whole_and_told_anew_as_a_new_epoch(lost: Lost, restored: Running, page: Page) -> None:
    until(lambda: not problems(restored), what="a whole story")
    page.until(lambda picture: picture.get("incident", lost.before.incident))
    assert page.picture.rows["incident", lost.before.incident]["v"][0] > 1


def test_a_page_from_before_starts_over_and_nobody_has_to_sign_in_again(
    lost: Lost, restored: Running, page: Page
) -> None:
    page.drop()
    page.cookie, page.picture.cursor = lost.cookie, lost.cursor
    assert not page.resume()
    assert page.picture.get("incident", lost.before.incident)


def test_work_goes_on(lost: Lost, page: Page) -> None:
    body = {"id": str(uuid4()), "text": "We gaan verder."}
    done(page.client.send(f"/api/aid/incidents/{lost.before.incident}/log", body))
    page.until(lambda picture: picture.get("log_entry", body["id"]))


def test_who_was_forgotten_after_the_backup_stays_forgotten(
    lost: Lost, restored: Running, people: People
) -> None:
    them = colleague(people, lost.told)
    shown = them.read(f"/api/directory/colleagues?organisation={lost.told.victim}")
    assert lost.forgotten not in [each["person"] for each in shown["people"]]
    assert forget_person(restored, lost.forgotten).status_code == 404


def test_who_is_forgotten_can_be_read_in_no_table_log_topic_and_backup(lost: Lost) -> None:
    found = dict(lost.said)
    looked = found.pop("ransomware")
    assert {Path(each).suffix for each in looked} == {".dump", ".log"} and len(looked) >= 3
    assert set(found.values()) == {()}


def test_what_they_told_stays_unreadable_when_an_older_backup_comes_back(lost: Lost, people: People) -> None:
    with Page(colleague(people, lost.told)) as theirs:
        assert theirs.until(lambda picture: picture.get("incident", lost.told.incident))["call_back"] is None
        assert not [word for word in (PHONE, NAME) if word in "".join(theirs.raw)]


def test_a_name_that_was_written_down_is_nowhere_also_when_an_older_dump_comes_back(
    lost: Lost, restored: Running, people: People, tmp_path: Path
) -> None:
    named = lost.named
    # In the older dump by itself it stands, so looking finds.
    assert named.is_said(in_clear(lost.backup.dump))
    assert set(named.found.values()) == {False}, named.found
    place = restored.platform.home
    again = make_backup(HOME, place, restored.platform.base, tmp_path, tmp_path / "keys")
    assert not named.is_said(in_clear(again.dump))
    until(lambda: not problems(restored), what="a whole story")
    with Page(people.be(named.case.mandate.person)) as theirs:
        theirs.until(lambda picture: picture.get("incident", named.case.incident))
        assert not named.is_said("".join(theirs.raw).encode())
        lines = [row["data"] for (kind, _), row in theirs.picture.rows.items() if kind == "log_entry"]
    texts = [each["text"] for each in lines if each["incident"] == named.case.incident and each["text"]]
    assert sorted(texts) == ["Het wachtwoord is […].", "[…] belde, zie ook […]."]
    told = [each["about"]["places"] for each in lines if each["entry"] == "redacted"]
    assert sorted(told) == [1, 4]


def test_who_was_distrusted_after_the_backup_stays_so_and_every_peer_reads_it(lost: Lost, page: Page) -> None:
    assert page.until(lambda picture: picture.get("trust", lost.distrusted))["distrusted"]


def test_no_key_stands_in_a_dump_and_only_the_newest_keys_are_kept(lost: Lost, people: People) -> None:
    kept = json.loads(lost.keys.read_text())
    assert {lost.forgotten, lost.named.person} == set(kept["forgotten"])
    # Of what was taken out it says where, and never what.
    assert len(kept["redacted"]) == 2 and not lost.named.is_said(lost.keys.read_bytes())
    assert kept["keys"].keys() == {str(each) for each in people.all} - {lost.forgotten, lost.named.person}
    assert list(lost.folder.rglob("keys*")) == [lost.keys]
    assert lost.keys.stat().st_mode & 0o077 == 0


def test_a_backup_is_for_its_owner_only(lost: Lost) -> None:
    for file in (lost.backup.folder, *lost.backup.folder.iterdir()):
        assert file.stat().st_mode & 0o077 == 0, file


class Killed(BaseException):
    """What kill -9 is to the process that it ends: nothing is tidied up."""


def test_on_half_a_restore_nothing_starts_and_it_can_be_run_again(
    lost: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "third"

    def killed(*_: object) -> None:
        monkeypatch.setattr("deploy.parts.postgres.Postgres.remove_all", killed)
        raise Killed

    with monkeypatch.context() as during:
        during.setattr("deploy.backup.run_step", killed)
        with pytest.raises(Killed):
            restore(HOME, place, lost.backup, lost.keys)
    monkeypatch.undo()
    try:
        with pytest.raises(SetupFailed, match="was interrupted"), Running(Wish(HOME, place)):
            pass
        told = restore(HOME, place, lost.backup, lost.keys)
        refuse_unfinished(place)
        assert [line.split(":")[0] for line in told] == ["directory", "directory", "aid", "notification"]
        assert "2 people forgotten again" in told[0]
        assert f"{lost.distrusted} is distrusted" in told[1]
        assert "words taken out of texts again 2 times" in told[2]
    finally:
        forget(HOME, place)


def test_a_restore_needs_an_empty_home(lost: Lost, restored: Running) -> None:
    with pytest.raises(SetupFailed, match="needs an empty home"):
        restore(HOME, restored.platform.home, lost.backup, lost.keys)


def test_a_damaged_dump_is_not_restored(lost: Lost, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(lost.backup.folder, damaged)
    with (damaged / "noaber.dump").open("r+b") as dump:
        dump.seek(2_000)
        dump.write(b"\0")
    with pytest.raises(SetupFailed, match="is not what was written"):
        restore(HOME, tmp_path / "third", Backup.of(damaged), lost.keys)
    assert not (tmp_path / "third").exists()


def test_a_restore_without_the_keys_says_what_is_missing(lost: Lost, tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="without the keys no name can be read"):
        restore(HOME, tmp_path / "third", lost.backup, tmp_path / "keys.json")


def test_a_story_that_is_not_whole_is_told_of(lost: Lost, restored: Running) -> None:
    platform = platform_in(restored.platform.home, restored.platform.base)
    _run(platform.database("aid"), 'UPDATE incident SET state = state || \'{"phase": "aftermath"}\'')
    try:
        assert any("differs between its table and the journal" in each for each in problems(restored))
    finally:
        _run(
            platform.database("aid"),
            "UPDATE incident SET state = convert_from(payload, 'UTF8')::jsonb FROM journal"
            " WHERE aggregate = 'incident' AND key = id AND journal.version = incident.version",
        )
    assert not problems(restored)


def _run(database: str, statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(database)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(run())
