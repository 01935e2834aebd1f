"""Systems over the directory's HTTP interface, in real mode: what a key opens, and all that ends it."""

import asyncio
import base64
import json
import re
from collections import Counter
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.directory import systems
from services.directory.recovery import keys_of, restored
from services.directory.store.systems import MOST_SESSIONS
from services.directory.systems import end_expired
from services.runtime import limits as limits_module
from services.runtime.database import LOCK
from tests.contract.doorstep import Browser, directory, signed_in
from tests.contract.office import code_of, proven
from tests.contract.programs import SYSTEMS, WANTED, Program, let_in, listed, made
from tests.contract.switching import DISTRUST, TRUST, being_thrown, throw, until_waited

DAY = 24 * 60


async def test_a_system_comes_in_with_its_key_says_who_it_is_and_every_command_is_refused(app) -> None:
    petra, hers, _ = await signed_in(app)
    program = Program(app, await made(petra, hers))
    status, token = await program.come_in()
    assert (status, token["token_type"], token["expires_in"]) == (200, "Bearer", 900)
    me = (await program.http.get("/me")).json()
    assert (me["person"], me["way"], me["organisations"]) == (program.made["client_id"], "system", ["GM1735"])
    assert (me["rights"], me["name"]) == ({}, "")
    for path in ("/sign-out", "/sessions/end-all", f"/{SYSTEMS}", "/no/such/route"):
        answer = await program.http.post(path, json={}, headers={"Idempotency-Key": str(uuid4())})
        assert (answer.status_code, answer.json()["code"]) == (403, "systems_only_read"), path
    assert await program.inside() == 200


async def test_id_and_secret_come_as_a_form_as_json_or_in_a_header_and_what_else_is_sent_is_passed_over(
    app,
) -> None:
    petra, hers, _ = await signed_in(app)
    program = Program(app, await made(petra, hers))
    body = program.form(scope="everything")
    pair = f"{body['client_id']}:{body['client_secret']}"
    encoded = ":".join("".join(f"%{ord(each):02x}" for each in part) for part in pair.split(":"))
    key = {"Idempotency-Key": str(uuid4())}
    answers = [
        await program.http.post("/systems/token", data=body),
        await program.http.post("/systems/token", json=body, headers=key),
        *[
            await program.http.post(
                "/systems/token",
                data={"grant_type": "client_credentials"},
                headers={"Authorization": f"Basic {base64.b64encode(each.encode()).decode()}"},
            )
            for each in (pair, encoded)
        ],
    ]
    assert [each.status_code for each in answers] == [200, 200, 200, 200]
    wrong = await program.http.post("/systems/token", data={**body, "grant_type": "password"})
    assert wrong.status_code == 400 and body["client_secret"] not in wrong.text
    assert (await program.http.post("/systems/token", json=body)).json()["code"] == "key_missing"


async def test_a_refusal_at_the_door_is_said_in_the_words_of_oauth_and_in_those_of_a_problem(app) -> None:
    petra, hers, _ = await signed_in(app)
    http, own = (program := Program(app, await made(petra, hers))).http, program.form()
    grant = {"grant_type": "client_credentials"}
    pair = base64.b64encode(f"{own['client_id']}:wrong".encode()).decode()
    basic = {"Authorization": f"Basic {pair}"}
    twice = b"grant_type=client_credentials&client_id=a&client_id=b"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    door = "/systems/token"
    for answer, status, error, code in (
        (await http.post(door, data=grant, headers=basic), 401, "invalid_client", "system_refused"),
        (await http.post(door, data={**own, "client_secret": "x"}), 401, "invalid_client", "system_refused"),
        (await http.post(door, data=grant), 401, "invalid_client", "system_refused"),
        (
            await http.post(door, data={**own, "grant_type": "password"}),
            400,
            "unsupported_grant_type",
            "grant_unsupported",
        ),
        (await http.post(door, data={"client_id": "a"}), 400, "invalid_request", "invalid"),
        (await http.post(door, data={**own, "grant_type": ""}), 400, "invalid_request", "invalid"),
        (await http.post(door, data=own, headers=basic), 400, "invalid_request", "invalid"),
        (await http.post(door, content=twice, headers=form), 400, "invalid_request", "invalid"),
        (await http.post(door, json=own), 400, "invalid_request", "key_missing"),
        (await http.post(door, content="grant"), 415, "invalid_request", "not_json"),
        (await http.get(door), 405, "invalid_request", "method_not_allowed"),
    ):
        said = answer.json()
        assert (answer.status_code, said["error"], said["code"]) == (status, error, code), said
        assert re.fullmatch(r"[ !#-\[\]-~]+", said["error_description"]) and said["detail"]["nl"], said
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers.get("www-authenticate", "").startswith("Basic ") is (status == 401)
        assert own["client_secret"] not in answer.text
    assert (await program.come_in())[0] == 200


async def test_a_program_that_asks_too_often_hears_in_the_same_words_to_come_back(app) -> None:
    stranger = Program(app, {"client_id": str(uuid4()), "client_secret": "x"})
    heard = [await stranger.come_in() for _ in range(limits_module.SYSTEM.burst + 1)]
    status, said = heard[-1]
    assert (status, said["error"], said["code"]) == (429, "temporarily_unavailable", "too_many")


async def test_a_form_is_read_nowhere_else(app) -> None:
    form = await Browser(app).http.post("/api/directory/passkey/options", data={"purpose": "sign_in"})
    assert (form.status_code, form.json()["code"]) == (415, "not_json")


async def test_an_unknown_id_a_wrong_secret_and_a_key_that_ended_hear_the_same(app) -> None:
    petra, hers, person = await signed_in(app)
    program = Program(app, await made(petra, hers))
    wrong = [
        {"client_secret": "x" * 43},
        {"client_secret": ""},
        {"client_id": str(uuid4())},
        {"client_id": person},
        {"client_id": "nobody"},
    ]
    heard = [await program.come_in(**each) for each in wrong]
    await petra.post(f"{SYSTEMS}/{program.made['client_id']}/end", {})
    heard.append(await program.come_in())
    assert {(status, found["code"]) for status, found in heard} == {(401, "system_refused")}
    assert len({json.dumps(found) for _, found in heard}) == 1
    assert await program.inside() == 401


async def test_a_system_shows_its_token_in_the_header_and_a_person_theirs_in_the_cookie(app) -> None:
    petra, hers, _ = await signed_in(app)
    program = await let_in(app, petra, hers)
    token = program.http.headers.pop("Authorization").partition(" ")[2]
    cookie = petra.http.cookies["noaber_session"]
    program.http.cookies["noaber_session"] = token
    assert await program.inside() == 401
    program.http.cookies.clear()
    program.http.headers["Authorization"] = f"Bearer {cookie}"
    assert await program.inside() == 401


async def test_the_secret_is_said_once_and_the_list_tells_who_made_a_key_and_when_it_was_used(
    app, filled: str
) -> None:
    petra, hers, _ = await signed_in(app)
    program = Program(app, await made(petra, hers))
    [before] = await listed(petra)
    assert (before["name"], before["about"]) == (WANTED["name"], WANTED["about"])
    assert (before["made_by"], before["used_at"], before["ended_at"]) == ("Petra Verzonnen", None, None)
    await program.come_in()
    [after] = await listed(petra)
    assert after["used_at"] is not None and after["id"] == program.made["client_id"]
    connection = await asyncpg.connect(filled)
    rows = await connection.fetch("SELECT state::text AS text FROM access")
    rows += await connection.fetch("SELECT convert_from(payload, 'UTF8') AS text FROM journal")
    await connection.close()
    secret = program.made["client_secret"]
    assert secret not in json.dumps(after) and not any(secret in row["text"] for row in rows)


async def test_a_neighbour_and_a_stolen_session_make_no_key_and_end_none(app) -> None:
    petra, hers, _ = await signed_in(app)
    neighbour, theirs, _ = await signed_in(app, organisation="GM0014")
    program = await let_in(app, petra, hers)
    assert code_of(await petra.post(SYSTEMS, WANTED)) == "prove_it"
    assert code_of(await proven(petra, hers, "people", SYSTEMS, WANTED)) != "None"
    assert (await proven(neighbour, theirs, "system", SYSTEMS, WANTED))[0] == 404
    assert (await neighbour.get(SYSTEMS))[0] == 404
    end = f"{program.made['client_id']}/end"
    assert (await neighbour.post(f"{SYSTEMS}/{end}", {}))[0] == 404
    assert (await neighbour.post(f"organisations/GM0014/systems/{end}", {}))[0] == 404
    assert await program.inside() == 200


async def test_one_tap_ends_a_key_and_its_sessions_and_no_other(app) -> None:
    petra, hers, _ = await signed_in(app)
    program, other = await let_in(app, petra, hers), await let_in(app, petra, hers)
    for _ in range(2):
        assert (await petra.post(f"{SYSTEMS}/{program.made['client_id']}/end", {}))[0] == 200
    assert [await program.inside(), await other.inside()] == [401, 200]
    ended = {each["id"]: each["ended_at"] for each in await listed(petra)}
    assert ended[program.made["client_id"]] is not None and ended[other.made["client_id"]] is None


async def test_the_switch_ends_the_keys_for_good_and_none_is_made_until_it_is_over(app) -> None:
    petra, hers, _ = await signed_in(app)
    neighbour, theirs, _ = await signed_in(app, organisation="GM0014")
    program = await let_in(app, petra, hers)
    found = await proven(neighbour, theirs, "system", "organisations/GM0014/systems", WANTED)
    other = Program(app, found[1])
    await other.come_in()
    await throw(petra, hers, DISTRUST)
    await petra.sign_in(hers)
    assert [await program.inside(), await other.inside()] == [401, 200]
    assert code_of(await program.come_in()) == "system_refused"
    assert code_of(await proven(petra, hers, "system", SYSTEMS, WANTED)) == "system_distrusted"
    await throw(petra, hers, TRUST)
    assert code_of(await program.come_in()) == "system_refused"
    assert (await (await let_in(app, petra, hers)).come_in())[0] == 200


@pytest.mark.parametrize("comes", [True, False], ids=["comes in", "is made"])
async def test_a_system_that_comes_in_or_is_made_waits_for_who_throws_the_switch_and_is_refused(
    app, filled: str, *, comes: bool
) -> None:
    petra, hers, _ = await signed_in(app)
    program = Program(app, await made(petra, hers))
    async with being_thrown(filled) as thrower:
        way = program.come_in() if comes else proven(petra, hers, "system", SYSTEMS, WANTED)
        coming = asyncio.ensure_future(way)
        await until_waited(thrower)
        assert not coming.done()
        await thrower.execute(
            "INSERT INTO trust (id, version, state) VALUES ('GM1735', 1, '{\"distrusted\": true}')"
        )
    assert code_of(await coming) == ("system_refused" if comes else "system_distrusted")


async def test_a_system_that_comes_in_waits_for_who_ends_its_key_and_is_refused(app, filled: str) -> None:
    petra, hers, _ = await signed_in(app)
    program = Program(app, await made(petra, hers))
    key = program.made["client_id"]
    ending = await asyncpg.connect(filled)
    async with ending.transaction():
        await ending.execute(LOCK, f"access:{key}")
        coming = asyncio.ensure_future(program.come_in())
        await until_waited(ending)
        ended = """jsonb_set(state, '{system,ended_at}', '"2020-01-01T00:00:00Z"')"""
        await ending.execute(f"UPDATE access SET state = {ended} WHERE id = $1", key)
    await ending.close()
    assert code_of(await coming) == "system_refused"


async def test_a_key_ends_by_itself_and_that_is_written_down(filled: str) -> None:
    async with directory(filled) as app:
        petra, hers, _ = await signed_in(app)
        program = await let_in(app, petra, hers)
    async with directory(filled, minutes_later=30 * DAY + 1) as later:
        assert code_of(await Program(later, program.made).come_in()) == "system_refused"
        here = later.state.directory
        telling = asyncio.create_task(end_expired(here))
        async with asyncio.timeout(5):
            while here.own.systems_of("GM1735")[0].system.ended_at is None:
                await asyncio.sleep(0.01)
        telling.cancel()
    assert await acts(filled) == [("made", True), ("ended", False)]


async def test_while_the_database_is_away_nobody_stops_whose_time_is_up_is_written_down_later(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with directory(filled) as app:
        petra, hers, _ = await signed_in(app)
        await let_in(app, petra, hers)
    async with directory(filled, minutes_later=30 * DAY + 1) as later:
        here, tried = later.state.directory, asyncio.Event()
        monkeypatch.setattr(systems, "LOOK_SECONDS", 0.01)
        ends = here.systems.end

        async def end(*told: Any) -> Any:
            if tried.is_set():
                return await ends(*told)
            tried.set()
            raise ConnectionRefusedError

        monkeypatch.setattr(here.systems, "end", end)
        telling = asyncio.create_task(end_expired(here))
        async with asyncio.timeout(5):
            while here.own.systems_of("GM1735")[0].system.ended_at is None:
                await asyncio.sleep(0.01)
        telling.cancel()
    assert tried.is_set()


async def acts(database: str) -> list[tuple[str, bool]]:
    """What the journal tells of keys of systems: what became of one, and whether by somebody."""
    connection = await asyncpg.connect(database)
    rows = await connection.fetch(
        """SELECT who, convert_from(payload, 'UTF8')::jsonb->'system'->>'ended_at' AS ended FROM journal
        WHERE aggregate = 'access' AND convert_from(payload, 'UTF8')::jsonb->>'system' IS NOT NULL
        ORDER BY version"""
    )
    await connection.close()
    return [("made" if row["ended"] is None else "ended", row["who"] is not None) for row in rows]


async def test_the_journal_tells_who_made_and_who_ended_a_key(app, filled: str) -> None:
    petra, hers, _ = await signed_in(app)
    program = Program(app, await made(petra, hers))
    await petra.post(f"{SYSTEMS}/{program.made['client_id']}/end", {})
    assert await acts(filled) == [("made", True), ("ended", True)]


async def test_a_restored_backup_brings_no_key_back_that_had_ended(app, filled: str) -> None:
    petra, hers, _ = await signed_in(app)
    program, other = await let_in(app, petra, hers), await let_in(app, petra, hers)
    connection = await asyncpg.connect(filled)
    older = await connection.fetch("SELECT id, state FROM access WHERE state->>'system' IS NOT NULL")
    await petra.post(f"{SYSTEMS}/{program.made['client_id']}/end", {})
    kept_apart = await keys_of(filled)
    # The dump is older than the key file: in it both still open, and their sessions live.
    await connection.executemany("UPDATE access SET state = $2 WHERE id = $1", [tuple(row) for row in older])
    await connection.execute("DELETE FROM data_key")
    await connection.close()
    await restored(filled, kept_apart)
    async with directory(filled) as again:
        back = Program(again, program.made)
        assert code_of(await back.come_in()) == "system_refused"
        waiting = Program(again, other.made)
        waiting.http.headers["Authorization"] = other.http.headers["Authorization"]
        assert await waiting.inside() == 401
        assert (await waiting.come_in())[0] == 200


async def test_who_tries_from_elsewhere_uses_up_nothing_of_the_one_whose_key_it_is(app) -> None:
    petra, hers, _ = await signed_in(app)
    program = Program(app, await made(petra, hers))
    stranger = Program(app, program.made, "198.51.100.7")
    tries = [(await stranger.come_in(client_secret="x"))[0] for _ in range(limits_module.SYSTEM.burst + 3)]
    assert Counter(tries) == {401: limits_module.SYSTEM.burst, 429: 3}
    assert (await stranger.come_in())[0] == 429
    assert (await program.come_in())[0] == 200
    # Another system behind the same address, and people, come in as before.
    assert (await Program(app, await made(petra, hers), "198.51.100.7").come_in())[0] == 200


async def test_of_too_many_sessions_of_a_system_the_oldest_end(app) -> None:
    petra, hers, _ = await signed_in(app)
    credentials = await made(petra, hers)
    # Each from elsewhere, since one address asks for fewer at once.
    programs = [Program(app, credentials, f"192.0.2.{each}") for each in range(MOST_SESSIONS + 2)]
    for each in programs:
        assert (await each.come_in())[0] == 200
    assert [await each.inside() for each in programs] == [401, 401, *[200] * MOST_SESSIONS]


async def test_an_organisation_has_twenty_at_most_that_open(app, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.directory.store.systems.MOST_SYSTEMS", 2)
    petra, hers, _ = await signed_in(app)
    first = await made(petra, hers)
    await made(petra, hers)
    assert code_of(await proven(petra, hers, "system", SYSTEMS, WANTED)) == "too_many_systems"
    await petra.post(f"{SYSTEMS}/{first['client_id']}/end", {})
    await made(petra, hers)


@pytest.mark.parametrize("days", [0, 366])
async def test_a_key_lasts_a_year_at_most(app, days: int) -> None:
    petra, _, _ = await signed_in(app)
    status, no = await petra.post(SYSTEMS, {**WANTED, "days": days})
    assert (status, no["code"]) == (400, "invalid")


async def test_nobody_invites_a_system_and_it_signs_in_nowhere_else(app) -> None:
    petra, hers, _ = await signed_in(app)
    system = (await made(petra, hers))["client_id"]
    headers = {"Authorization": f"Bearer {'x' * 32}", "Idempotency-Key": str(uuid4())}
    body = {"checked": "in_person", "person": system}
    assert (await petra.http.post("/internal/invite", json=body, headers=headers)).status_code == 404
    assert (await petra.invite(hers, system))[0] == 404
