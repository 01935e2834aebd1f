"""What nobody else on the machine may read, and who is told what."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from deploy import stack
from deploy.parts.ports import BLOCK
from deploy.parts.postgres import Postgres
from deploy.stack import OFFSETS, OWNERS, SERVICES, Platform, environment, secrets_in
from services.runtime.push_keys import public_text, push_private_key
from services.runtime.settings import Mode, Seed
from services.runtime.tokens import BadToken, Claims, Signer, Verifier
from tests.faults.house import STANDBY_OFFSET, TO_KAFKA


def _mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(7400, Mode.DEMO, Seed.FICTITIOUS, tmp_path, secrets_in(tmp_path / "run" / "secrets.json"))


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "a home with a space" / "run" / "secrets.json"
    made = secrets_in(file)
    assert _mode(file) == 0o600
    assert secrets_in(file) == made
    assert set(made.passwords) == set(OWNERS)
    assert len(set(made.passwords.values())) == len(OWNERS)


def test_an_owner_that_came_later_gets_a_password_and_nothing_else_changes(tmp_path: Path) -> None:
    file = tmp_path / "run" / "secrets.json"
    made = secrets_in(file)
    older = json.loads(file.read_text())
    del older["passwords"]["notification"]
    file.write_text(json.dumps(older))
    found = secrets_in(file)
    assert set(found.passwords) == set(OWNERS) and found.passwords["aid"] == made.passwords["aid"]
    assert replace(found, passwords={}) == replace(made, passwords={})
    assert _mode(file) == 0o600 and secrets_in(file) == found


def test_a_home_from_before_push_messages_gets_a_key_for_them_once(tmp_path: Path) -> None:
    file = tmp_path / "run" / "secrets.json"
    made = secrets_in(file)
    older = json.loads(file.read_text())
    del older["push_key"]
    file.write_text(json.dumps(older))
    found = secrets_in(file)
    assert found.push_key and replace(found, push_key="") == replace(made, push_key="")
    assert _mode(file) == 0o600 and secrets_in(file) == found


def test_who_sends_push_messages_has_the_key_and_who_tells_browsers_of_it_has_its_public_half(
    platform: Platform,
) -> None:
    told = {service.name: environment(platform, service) for service in SERVICES}
    [sender] = [name for name, each in told.items() if "NOABER_PUSH_KEY" in each]
    [teller] = [name for name, each in told.items() if "NOABER_PUSH_PUBLIC_KEY" in each]
    assert (sender, teller) == ("notification", "directory")
    key = push_private_key(told[sender]["NOABER_PUSH_KEY"])
    assert told[teller]["NOABER_PUSH_PUBLIC_KEY"] == public_text(key)
    without = replace(platform, secrets=replace(platform.secrets, push_key=""))
    assert environment(without, stack.BY_NAME["directory"])["NOABER_PUSH_PUBLIC_KEY"] == ""


def test_two_homes_have_nothing_in_common(tmp_path: Path) -> None:
    one, other = (secrets_in(tmp_path / name / "secrets.json") for name in ("one", "other"))
    assert not set(one.passwords.values()) & set(other.passwords.values())
    assert one.private_key != other.private_key
    assert one.public_keys != other.public_keys
    assert one.internal_token != other.internal_token
    assert one.push_key != other.push_key


def test_the_superusers_password_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    server = Postgres(tmp_path, tmp_path / "data", 5432)
    try:
        server.prepare()
        made = server.dsn
        server.prepare()
        assert server.dsn == made
    finally:
        server.remove()
    assert _mode(tmp_path / "data" / "password") == 0o600


def test_only_the_directory_is_given_the_key_that_signs(platform: Platform) -> None:
    told = {service.name: environment(platform, service) for service in SERVICES}
    assert [name for name, each in told.items() if "NOABER_TOKEN_PRIVATE_KEY" in each] == ["directory"]
    with_token = {name for name, each in told.items() if "NOABER_INTERNAL_TOKEN" in each}
    assert with_token == {"aid", "directory", "live", "notification"}
    assert {name for name, each in told.items() if "NOABER_CONTACT_KEYS_URL" in each} == {
        "live",
        "notification",
    }
    nodes = replace(platform, live_nodes=3).live
    assert all(
        environment(replace(platform, live_nodes=3), node).keys() == told["live"].keys() for node in nodes
    )


def test_what_was_signed_in_a_demonstration_is_refused_in_a_real_platform(platform: Platform) -> None:
    now = datetime.now(UTC)
    tokens = {}
    verifiers = {}
    for mode in Mode:
        told = environment(replace(platform, mode=mode), stack.BY_NAME["directory"])
        signer = Signer(told["NOABER_TOKEN_PRIVATE_KEY"])
        tokens[mode] = signer.sign(Claims(UUID(int=1), UUID(int=2)), now + timedelta(hours=1))
        verifiers[mode] = Verifier(json.loads(told["NOABER_TOKEN_PUBLIC_KEYS"]), mode)
        assert verifiers[mode].verify(tokens[mode], now).person == UUID(int=1)
    with pytest.raises(BadToken):
        verifiers[Mode.REAL].verify(tokens[Mode.DEMO], now)


def test_a_process_is_told_its_own_database_and_no_other(platform: Platform) -> None:
    for service in SERVICES:
        told = json.dumps(environment(platform, service))
        for owner in OWNERS:
            knows = platform.secrets.passwords[owner] in told
            assert knows == (service.owner == owner), f"{service.name} and the password of {owner}"


def test_the_ports_of_a_platform_differ_and_fit_in_its_block() -> None:
    offsets = [stack.GATEWAY, stack.KAFKA, stack.CONTROLLER, stack.POSTGRES, stack.DOORS, *OFFSETS.values()]
    doors = set(range(stack.DOORS, stack.DOORS + len(TO_KAFKA)))
    held = BLOCK - 1
    free = set(range(held)) - {*doors, *offsets, STANDBY_OFFSET}
    wrong = f"deploy/stack.py: an offset that is taken, or none; free are {sorted(free)}"
    assert len(set(offsets)) == len(offsets) and max(offsets) < held, wrong
    # The tests of faults lead each to Kafka by a door of its own, with one node of live, and a second relay.
    assert not {each.offset for each in SERVICES} & {*doors, STANDBY_OFFSET} and held > STANDBY_OFFSET, wrong
