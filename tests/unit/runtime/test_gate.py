"""The gate in front of every route: the order of its refusals, and that nothing else passes it."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Response

from schemas.events.person import Membership, Person
from schemas.events.session import Session, SignInWay
from schemas.refused import Refused
from schemas.values import BODY_LIMIT, Command
from services.runtime import gate as gate_module
from services.runtime import who as who_module
from services.runtime.gate import Asking, Gate
from services.runtime.limits import Limits, Rate
from services.runtime.origins import Origins
from services.runtime.ports import cause_of
from services.runtime.problems import Words
from services.runtime.refusals import report_problems
from services.runtime.settings import Mode
from services.runtime.tokens import Claims, Signer, Verifier, new_keys
from services.runtime.trace import cause
from services.runtime.who import COOKIE, Who

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
PRIVATE, PUBLIC = new_keys("k1")
PERSON = Person(id=UUID(int=1), memberships=(Membership(organisation="GM1735"),), exercise=False)
SESSION = Session(id=UUID(int=2), person=PERSON.id, started_at=NOW, expires_at=NOW + timedelta(hours=12))
ORIGINS = "http://localhost:7400,http://*.localhost:7400"


class Known:
    """One session of one person."""

    def __init__(self) -> None:
        self.now = NOW
        self.elapsed = 0.0
        self.sessions = {SESSION.id: SESSION}
        self.people = {PERSON.id: PERSON}

    def session(self, session: UUID) -> Session | None:
        return self.sessions.get(session)

    def person(self, person: UUID) -> Person | None:
        return self.people.get(person)


class Body(Command):
    """Anything."""

    number: int


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    # A session that is not known yet is waited for; here nothing will come.
    monkeypatch.setattr(who_module, "NEWS_SECONDS", 0.05)
    return Known()


WORDS = {
    "busy": Words("Druk.", "Busy."),
    "taken": Words("Bezet.", "Taken."),
    "key_refused": Words("Nee.", "No."),
    "not_your_right": Words("Nee.", "No."),
}


@pytest.fixture
async def client(known: Known):
    app = FastAPI()
    who = Who(Verifier(PUBLIC, Mode.REAL), known, lambda: known.now)
    limits = Limits(Rate(50, 60), Rate(50, 60), Rate(2, 60), Rate(3, 60), elapsed=lambda: known.elapsed)
    app.add_middleware(
        Gate,
        who=who,
        origins=Origins.of(ORIGINS),
        open_paths=("/open", "/for-all", "/sign-in", "/sign-in/key_refused"),
        words={},
        limits=limits,
        sign_in_paths=("/sign-in",),
        form_paths=("/sign-in",),
    )
    report_problems(app, WORDS)

    @app.post("/refused/{why}")
    async def refused(why: str) -> None:
        raise Refused(why)

    @app.post("/cause")
    async def what_for(_: Body) -> str:
        return cause()

    @app.post("/sign-in/{why}")
    async def not_in(why: str) -> None:
        raise Refused(why)

    @app.post("/command")
    async def command(asker: Asking, body: Body) -> str:
        return str(asker.person.id)

    @app.get("/who")
    async def who_asks(asker: Asking) -> str:
        return str(asker.person.id)

    @app.get("/open")
    async def public() -> str:
        return "everybody"

    @app.get("/for-all")
    async def for_all(response: Response) -> str:
        response.headers["Cache-Control"] = "public, max-age=300"
        return "the same for everybody"

    @app.post("/sign-in")
    async def sign_in(body: Body) -> str:
        return "welcome"

    @app.post("/breaks")
    async def breaks(asker: Asking) -> str:
        raise RuntimeError("the password is hunter2")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:7400") as made:
        yield made


def signed(**headers: str) -> dict[str, str]:
    token = Signer(PRIVATE).sign(Claims(PERSON.id, SESSION.id), SESSION.expires_at)
    right = {"Cookie": f"{COOKIE}={token}", "Idempotency-Key": "k", "Content-Type": "application/json"}
    return {name: value for name, value in {**right, **headers}.items() if value}


async def code(client: httpx.AsyncClient, content: bytes = b'{"number": 1}', path="/command", **headers: str):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await client.post(path, content=content, headers=signed(**names))
    return answer.json()["code"] if answer.status_code != 200 else 200


async def test_a_command_that_has_everything_passes(client) -> None:
    assert await code(client) == 200


async def test_what_a_command_does_is_known_by_its_cause_and_by_nobody_elses(client) -> None:
    names = signed(**{"Idempotency-Key": "k7"})
    answer = await client.post("/cause", content=b'{"number": 1}', headers=names)
    assert answer.json() == str(cause_of(PERSON.id, "k7"))


async def test_each_refusal_comes_before_the_next_one(client) -> None:
    large = b"x" * (BODY_LIMIT + 1)
    wrong = {"Content_Type": "text/plain", "Idempotency_Key": "", "Origin": "http://elders.example"}
    assert await code(client, large, Cookie="", **wrong) == "not_signed_in"
    assert await code(client, large, **wrong) == "too_large"
    assert await code(client, b"nonsense", **wrong) == "not_json"
    del wrong["Content_Type"]
    assert await code(client, b"nonsense", **wrong) == "key_missing"
    del wrong["Idempotency_Key"]
    assert await code(client, b"nonsense", **wrong) == "wrong_origin"
    assert await code(client, b"nonsense") == "invalid"


async def test_a_wrong_field_is_named_by_its_path_with_words_in_both_languages(client) -> None:
    answer = await client.post("/command", content=b'{"number": "drie"}', headers=signed())
    words = {"nl": "Dit moet een heel getal zijn.", "en": "This must be a whole number."}
    assert (answer.status_code, answer.json()["facts"]) == (400, {"fields": {"body.number": words}})


async def test_a_body_of_exactly_the_limit_passes_the_gate(client) -> None:
    body = b'{"number": 1' + b" " * (BODY_LIMIT - 13) + b"}"
    assert len(body) == BODY_LIMIT and await code(client, body) == 200
    assert await code(client, body + b" ") == "too_large"


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:7400", 200),
        ("http://wilma.localhost:7400", 200),
        ("http://localhost:7401", "wrong_origin"),
        ("https://localhost:7400", "wrong_origin"),
        ("http://localhost:7400.elders.example", "wrong_origin"),
        ("null", "wrong_origin"),
    ],
)
async def test_only_our_own_pages_may_act_with_our_cookie(client, origin, expected) -> None:
    assert await code(client, Origin=origin) == expected


async def test_a_session_that_is_over_counts_no_more(client, known) -> None:
    known.sessions[SESSION.id] = SESSION.model_copy(update={"revoked": True})
    assert await code(client) == "not_signed_in"
    known.sessions[SESSION.id] = SESSION.model_copy(update={"person": UUID(int=9)})
    assert await code(client) == "not_signed_in"
    known.sessions[SESSION.id] = SESSION
    known.people[PERSON.id] = PERSON.model_copy(update={"forgotten": True})
    assert await code(client) == "not_signed_in"
    known.people[PERSON.id] = PERSON
    known.now = SESSION.expires_at
    assert await code(client) == "not_signed_in"


@pytest.mark.parametrize(
    ("session", "person"),
    [
        ({"revoked": True}, {}),
        ({"expires_at": NOW}, {}),
        ({"person": UUID(int=9)}, {}),
        ({}, {"forgotten": True}),
    ],
    ids=["ended", "over", "of somebody else", "of somebody forgotten"],
)
def test_a_session_lives_only_while_all_of_it_holds(known, session, person) -> None:
    who = Who(Verifier(PUBLIC, Mode.REAL), known, lambda: NOW)
    assert who.lives(SESSION, PERSON)
    assert not who.lives(SESSION.model_copy(update=session), PERSON.model_copy(update=person))


async def test_a_session_that_nobody_knows_counts_not(client, known) -> None:
    known.sessions.clear()
    assert await code(client) == "not_signed_in"


async def test_the_cookie_is_found_among_others_and_broken_ones_are_nobody(client) -> None:
    cookie = signed()["Cookie"]
    assert await code(client, Cookie=f"theme=dark; {cookie}; a=b") == 200
    for broken in ("noaber_session=", "noaber_session=a.b.c", 'noaber_session="', "=;=;"):
        assert await code(client, Cookie=broken) == "not_signed_in"


async def test_what_is_open_needs_no_session_and_what_is_unknown_does(client) -> None:
    assert (await client.get("/open")).text == '"everybody"'
    assert (await client.get("/no-such-path")).status_code == 401
    assert (await client.get("/no-such-path", headers=signed())).status_code == 404


async def test_nothing_is_kept_by_a_browser_or_on_the_way_unless_its_route_says_so(client) -> None:
    answers = [
        await client.post("/command", content=b'{"number": 1}', headers=signed()),
        await client.post("/command", content=b"nonsense", headers=signed()),
        await client.get("/open"),
        await client.get("/no-such-path", headers=signed()),
        await client.post("/breaks", content=b"{}", headers=signed()),
    ]
    assert [each.headers.get_list("cache-control") for each in answers] == [["no-store"]] * 5
    assert (await client.get("/for-all")).headers.get_list("cache-control") == ["public, max-age=300"]


async def test_what_nobody_foresaw_says_nothing_of_the_inside(client) -> None:
    answer = await client.post("/breaks", content=b"{}", headers=signed())
    assert answer.status_code == 503 and answer.json()["code"] == "unavailable"
    assert "hunter2" not in answer.text and "RuntimeError" not in answer.text


async def test_a_rules_no_is_an_answer_and_a_lock_that_was_waited_for_is_none(client) -> None:
    for why, status in {"taken": 409, "not_found": 404, "busy": 503}.items():
        answer = await client.post(f"/refused/{why}", content=b"{}", headers=signed())
        # A client that repeats what was not answered, with the same key, looks at the status.
        assert (answer.status_code, answer.json()["code"]) == (status, why)


async def test_who_asks_too_much_hears_how_long_to_wait_and_repeating_costs_nothing_more(
    client, known
) -> None:
    for _ in range(50):
        assert await code(client) == 200
    for _ in range(20):
        answer = await client.post("/command", content=b'{"number": 1}', headers=signed())
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert answer.json()["facts"] == {"retry_after": 1}
        assert answer.json()["detail"]["nl"] and answer.json()["detail"]["en"]
    known.elapsed += 1
    assert await code(client) == 200
    assert await code(client) == "too_many"


async def test_who_is_nobody_hears_that_before_any_count(client) -> None:
    for _ in range(60):
        assert await code(client, Cookie="") == "not_signed_in"
    assert await code(client) == 200


async def test_signing_in_is_counted_per_client_and_what_is_open_to_all_is_not(client, known) -> None:
    for expected in (200, 200, "too_many", "too_many"):
        assert await code(client, path="/sign-in", Cookie="") == expected
    for _ in range(5):
        assert (await client.get("/open")).status_code == 200
    known.elapsed += 1
    assert await code(client, path="/sign-in", Cookie="") == 200


async def test_who_forges_sessions_is_counted_and_nobody_else_at_that_address_notices(
    client, known, caplog
) -> None:
    other, _ = new_keys("k1")
    forged = Signer(other).sign(Claims(PERSON.id, SESSION.id), SESSION.expires_at)
    tried = [await code(client, Cookie=f"{COOKIE}={forged}") for _ in range(5)]
    assert tried == ["not_signed_in"] * 3 + ["too_many"] * 2
    assert len([each for each in caplog.records if "forged" in each.getMessage()]) == 3
    assert forged not in caplog.text
    # The same address: who is signed in, who signs in, and whose session is over or of a key that is gone.
    assert await code(client) == 200
    assert await code(client, path="/sign-in", Cookie="") == 200
    assert await code(client, Cookie="") == "not_signed_in"
    for older in ("k0", "k1"):
        private, public = (PRIVATE, PUBLIC) if older == "k1" else new_keys(older)
        over = Signer(private).sign(Claims(PERSON.id, SESSION.id), NOW - timedelta(seconds=1))
        assert public and await code(client, Cookie=f"{COOKIE}={over}") == "not_signed_in"
    known.elapsed += 1
    assert await code(client, path="/command%0Aall is well", Cookie=f"{COOKIE}={forged}") == "not_signed_in"
    assert "/command\\nall is well" in caplog.text


async def test_who_is_not_let_in_or_reaches_for_what_is_not_theirs_is_written_down(client, caplog) -> None:
    assert await code(client, path="/sign-in/key_refused", Cookie="") == "key_refused"
    assert await code(client, path="/refused/not_your_right") == "not_your_right"
    assert await code(client, Origin="http://elders.example") == "wrong_origin"
    assert await code(client, path="/refused/taken") == "taken"
    assert [each.getMessage() for each in caplog.records if each.levelname == "WARNING"] == [
        "key_refused to 127.0.0.1 at '/sign-in/key_refused'",
        f"not_your_right to {PERSON.id} at '/refused/not_your_right'",
        f"wrong_origin to {PERSON.id} at '/command'",
    ]


async def test_a_body_that_is_dripped_is_not_waited_for(client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "BODY_SECONDS", 0.05)

    async def drops():
        yield b"{"
        await asyncio.sleep(60)

    answer = await client.post("/command", content=drops(), headers=signed())
    assert (answer.status_code, answer.json()["code"]) == (408, "too_slow")


SYSTEM = Person(id=UUID(int=7), system="GM1735", exercise=False)
ITS_SESSION = SESSION.model_copy(update={"id": UUID(int=8), "person": SYSTEM.id, "way": SignInWay.SYSTEM})


@pytest.fixture
def token(known: Known) -> str:
    """What a system was given."""
    known.people[SYSTEM.id], known.sessions[ITS_SESSION.id] = SYSTEM, ITS_SESSION
    return Signer(PRIVATE).sign(Claims(SYSTEM.id, ITS_SESSION.id), ITS_SESSION.expires_at)


async def test_a_system_reads_and_every_command_is_refused_also_where_no_route_is(client, token: str) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/who", headers=bearer)).json() == str(SYSTEM.id)
    for path in ("/command", "/refused/busy", "/nowhere", gate_module.SIGN_OUT):
        assert await code(client, path=path, Cookie="", **bearer) == "systems_only_read", path
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await client.request(method, "/who", headers=bearer)).json()["code"] == "systems_only_read"


async def test_a_systems_token_counts_in_the_header_alone_and_a_persons_in_the_cookie_alone(
    client, token: str
) -> None:
    own = signed()["Cookie"].partition("=")[2]
    heard = [
        (await client.get("/who", headers=shown)).status_code
        for shown in (
            {"Cookie": f"{COOKIE}={token}"},
            {"Authorization": f"Bearer {own}"},
            {"Authorization": f"Basic {token}"},
            {"Authorization": f"bearer {token}"},
            {"Authorization": "Basic eDp5", "Cookie": f"{COOKIE}={own}"},
        )
    ]
    assert heard == [401, 401, 401, 200, 200]


@pytest.mark.parametrize("path", ["/sign-in", "/open", "/command"])
async def test_a_form_is_taken_where_systems_come_in_and_nowhere_else(client, path: str) -> None:
    kind = {"Content_Type": "application/x-www-form-urlencoded; charset=utf-8", "Idempotency_Key": ""}
    expected = 200 if path == "/sign-in" else "not_json"
    assert await code(client, b"number=1&empty=", path, **kind) == expected
    twice = "invalid" if path == "/sign-in" else "not_json"
    assert await code(client, b"number=3&number=1", path, **kind) == twice


async def test_a_form_from_another_website_or_with_another_kind_of_body_is_refused(client) -> None:
    kind = {"Content_Type": "application/x-www-form-urlencoded"}
    assert (
        await code(client, b"number=1", "/sign-in", Origin="http://elders.example", **kind) == "wrong_origin"
    )
    assert await code(client, b"number=1", "/sign-in", Content_Type="text/plain") == "not_json"
