"""In real mode there is nobody to choose to be: the page does not exist and its keys are refused."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import Response

from schemas.events.person import Guesthood, Person
from schemas.events.session import Session
from schemas.refused import Refused
from services.aid import app as aid_module
from services.aid.settings import AidSettings
from services.directory import app as directory_module
from services.directory.directory import Directory, OwnTables
from services.directory.doors import seat, unseat
from services.directory.rules.fictitious import PERSONAS, make_people
from services.directory.rules.organisations import fictitious_partnerships
from services.directory.rules.session import LASTS, end, open_in_demonstration
from services.directory.seed import known_organisations
from services.directory.settings import DirectorySettings
from services.runtime import who
from services.runtime.now import clock
from services.runtime.settings import Mode
from services.runtime.tokens import Claims, Signer
from services.runtime.who import COOKIE
from tests.unit.directory.nowhere import COMMON, DEMO_PRIVATE


def directory(mode: Mode):
    settings = DirectorySettings(
        mode=mode, token_private_key=DEMO_PRIVATE, internal_token="x" * 32, rp_id="localhost", **COMMON
    )
    return directory_module.create_app(settings)


def paths(app) -> set[str]:
    return {route.path for route in app.routes}


SOMEBODY = b'{"person": "00000000-0000-0000-0000-000000000001"}'


async def post(app, path: str, content: bytes = SOMEBODY, **headers: str) -> httpx.Response:
    names = {"Idempotency-Key": "k", "Content-Type": "application/json", **headers}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:1") as client:
        return await client.post(path, content=content, headers=names)


def test_the_page_to_choose_who_you_are_exists_in_demonstrations_only() -> None:
    demo = {"/api/directory/demo/people", "/api/directory/demo/sign-in"}
    assert demo <= paths(directory(Mode.DEMO))
    assert not demo & paths(directory(Mode.REAL))


@pytest.mark.parametrize("path", ["demo/sign-in", "demo/people", "sign-out", "sessions/x/end"])
async def test_outside_a_demonstration_every_command_of_the_directory_answers_401(path) -> None:
    answer = await post(directory(Mode.REAL), f"/api/directory/{path}")
    assert answer.status_code == 401 and answer.json()["code"] == "not_signed_in"


async def test_a_token_of_a_demonstration_opens_nothing_in_real_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(who, "NEWS_SECONDS", 0.05)
    app = aid_module.create_app(AidSettings(mode=Mode.REAL, internal_token="x" * 32, **COMMON))
    token = Signer(DEMO_PRIVATE).sign(Claims(uuid4(), uuid4()), clock()() + timedelta(hours=1))
    commands = {route.path for route in app.routes if "POST" in getattr(route, "methods", ())}
    assert len(commands) >= 20
    for path in commands:
        for headers in ({}, {"Cookie": f"{COOKIE}={token}"}):
            answer = await post(app, path.replace("{target}", str(uuid4())), **headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), path


async def test_the_keys_of_contacts_are_handed_to_services_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tables:
        async def data_keys(self, people: list[UUID]) -> dict[str, bytes]:
            return {str(person): b"a data key" for person in people}

    monkeypatch.setattr(directory_module.Directory, "reads", Tables(), raising=False)
    wanted = b'{"people": ["00000000-0000-0000-0000-000000000001"]}'
    for headers in ({}, {"Authorization": "Bearer " + "y" * 32}, {"Authorization": "x" * 32}):
        answer = await post(directory(Mode.DEMO), "/internal/contact-keys", wanted, **headers)
        assert answer.status_code == 401 and "keys" not in answer.json()
    service = {"Authorization": "Bearer " + "x" * 32}
    answer = await post(directory(Mode.DEMO), "/internal/contact-keys", wanted, **service)
    assert answer.status_code == 200 and len(answer.json()["keys"]) == 1


VISIT = Guesthood(incident=UUID(int=9), organisation="GM1735", sponsor=UUID(int=5), firm="X", until=clock()())


async def test_only_made_up_people_can_be_played_and_no_guest_or_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[Session] = []

    async def keep(_: object, session: Session) -> None:
        kept.append(session)

    monkeypatch.setattr(directory_module.Directory, "keep", keep)
    real = Person(id=UUID(int=1), memberships=(), exercise=False)
    played = real.model_copy(update={"fictitious": True})
    others = [played.model_copy(update=each) for each in ({"guest": VISIT}, {"system": "GM1735"})]
    for person, status in ((real, 404), *((each, 404) for each in others), (played, 200)):
        monkeypatch.setattr(OwnTables, "person", lambda *_, person=person: person)
        answer = await post(directory(Mode.DEMO), "/api/directory/demo/sign-in")
        assert answer.status_code == status and len(kept) == (person is played)


@pytest.mark.parametrize(
    ("origins", "secure"),
    [("https://noaber.example", True), ("https://a.example,http://b.example", False)],
)
async def test_the_cookie_of_a_ceremony_is_for_this_site_and_travels_as_the_pages_do(origins, secure) -> None:
    told = {**COMMON, "allowed_origins": origins, "rp_id": "noaber.example"}
    settings = DirectorySettings(token_private_key=DEMO_PRIVATE, internal_token="x" * 32, **told)
    app = directory_module.create_app(settings)
    answer = await post(app, "/api/directory/passkey/options", b'{"purpose": "sign_in"}')
    assert answer.json()["options"]["rpId"] == "noaber.example"
    said = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=strict", "max-age=300", "path=/api/directory"} <= said
    assert ("secure" in said) == secure


@pytest.mark.parametrize(
    ("origins", "name"),
    [("https://noaber.example", "__Host-noaber_session"), ("http://noaber.localhost:1", "noaber_session")],
)
async def test_over_tls_a_session_is_a_cookie_that_no_other_host_can_plant(origins: str, name: str) -> None:
    told = {**COMMON, "allowed_origins": origins, "rp_id": "noaber.example"}
    made = Directory(DirectorySettings(token_private_key=DEMO_PRIVATE, internal_token="x" * 32, **told))
    given, taken = Response(), Response()
    seat(given, made, open_in_demonstration(UUID(int=1), UUID(int=2), clock()()))
    unseat(taken, made)
    for answer in (given, taken):
        cookie, *said = (part.strip() for part in answer.headers["set-cookie"].split(";"))
        assert cookie.partition("=")[0] == name
        rules = {
            part.lower() for part in said if part.lower().partition("=")[0] not in ("max-age", "expires")
        }
        # A browser takes such a cookie, and gives it up, only so: no Domain, the whole site, over TLS.
        secure = {"secure"} if name.startswith("__Host-") else set()
        assert rules == {"httponly", "samesite=strict", "path=/"} | secure
    assert "Max-Age=0" in taken.headers["set-cookie"]


def test_a_session_lasts_a_shift_and_only_its_person_ends_it() -> None:
    now = clock()()
    session = open_in_demonstration(UUID(int=1), UUID(int=2), now)
    assert isinstance(session, Session) and session.expires_at == now + LASTS and not session.revoked
    assert end(session, UUID(int=2)).revoked
    with pytest.raises(Refused) as refused:
        end(session, UUID(int=3))
    assert refused.value.code == "not_found"


def test_made_up_people_are_the_same_every_time_and_are_all_marked_as_made_up() -> None:
    organisations = known_organisations()
    assert sum(each.id.startswith("GM") for each in organisations) == 342
    assert sum(each.id.startswith("VR") for each in organisations) == 25
    partnerships = fictitious_partnerships(organisations)
    assert len(partnerships) == 7 and all(each.fictitious for each in partnerships)
    people = make_people([*organisations, *partnerships])
    assert people == make_people([*organisations, *partnerships]) and len(people) == 1_528
    assert [each.name for each in people[: len(PERSONAS)]] == [each.name for each in PERSONAS]
    assert all(each.person.fictitious for each in people)
    assert len({each.person.id for each in people}) == 1_528
    places = {each.person.memberships[0].organisation for each in people}
    assert {each.id for each in organisations if each.population is not None} <= places
    # Who runs the computers of others has people who may report for them, and some who can be lent.
    assert {each.id for each in partnerships} <= places
