"""Another key signs, and what the one before it signed is believed until it is over."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from deploy.claim import Claim
from deploy.noaber.cli import main
from deploy.rotation import rotated
from deploy.stack import BY_NAME, KEPT, Platform, Secrets, environment, secrets_in, write_secrets
from services.directory.rules.guests import LONGEST
from services.directory.rules.session import LASTS
from services.runtime.settings import Mode, Seed
from services.runtime.tokens import BadToken, Claims, Signer, Verifier

NOW = datetime(2026, 11, 26, tzinfo=UTC)
CLAIMS = Claims(UUID(int=1), UUID(int=2))


def told(made: Secrets) -> tuple[Signer, Verifier]:
    """Who signs and who believes, as the directory of a real platform is told."""
    platform = Platform(7400, Mode.REAL, Seed.NONE, Path(), made)
    found = environment(platform, BY_NAME["directory"])
    keys = json.loads(found["NOABER_TOKEN_PUBLIC_KEYS"])
    return Signer(found["NOABER_TOKEN_PRIVATE_KEY"]), Verifier(keys, Mode.REAL)


@pytest.fixture
def made(tmp_path: Path) -> Secrets:
    return secrets_in(tmp_path / "up" / "secrets.json")


def test_what_was_signed_before_is_believed_and_another_key_signs(made: Secrets) -> None:
    before, _ = told(made)
    after, believes = told(rotated(made, NOW))
    end = NOW + timedelta(hours=12)
    assert believes.verify(before.sign(CLAIMS, end), NOW) == CLAIMS
    new = after.sign(CLAIMS, end)
    assert believes.verify(new, NOW) == CLAIMS
    with pytest.raises(BadToken):
        told(made)[1].verify(new, NOW)


def test_a_retired_key_stays_as_long_as_the_longest_session_and_no_longer(made: Secrets) -> None:
    assert max(LASTS, LONGEST) <= KEPT
    before, _ = told(made)
    once = rotated(made, NOW)
    token = before.sign(CLAIMS, NOW + timedelta(days=30))
    just = rotated(once, NOW + KEPT - timedelta(seconds=1))
    assert told(just)[1].verify(token, NOW) == CLAIMS
    with pytest.raises(BadToken):
        told(rotated(once, NOW + KEPT))[1].verify(token, NOW)


def test_one_rotation_is_enough_and_what_runs_on_stops_believing_too(made: Secrets) -> None:
    before, _ = told(made)
    after, believes = told(rotated(made, NOW))
    end = NOW + timedelta(days=30)
    old, new = before.sign(CLAIMS, end), after.sign(CLAIMS, end)
    assert believes.verify(old, NOW + KEPT - timedelta(seconds=1)) == CLAIMS
    with pytest.raises(BadToken):
        believes.verify(old, NOW + KEPT)
    assert believes.verify(new, NOW + KEPT) == CLAIMS


def test_at_once_no_secret_of_the_stolen_file_is_left(made: Secrets) -> None:
    found = rotated(rotated(made, NOW), NOW, at_once=True)
    assert found.internal_token != made.internal_token
    assert found.push_key not in ("", made.push_key)
    assert found.passwords.keys() == made.passwords.keys()
    assert not set(found.passwords.values()) & set(made.passwords.values())
    assert len(found.public_keys) == 1 and not found.retired


def test_at_once_nothing_old_is_believed(made: Secrets) -> None:
    before, _ = told(made)
    token = before.sign(CLAIMS, NOW + timedelta(hours=1))
    with pytest.raises(BadToken):
        told(rotated(made, NOW, at_once=True))[1].verify(token, NOW)


def test_nothing_else_changes_and_only_the_owner_reads_it(tmp_path: Path, made: Secrets) -> None:
    file = tmp_path / "up" / "secrets.json"
    write_secrets(file, rotated(made, NOW))
    found = secrets_in(file)
    same = {"private_key": "", "public_keys": {}, "retired": {}}
    assert replace(found, **same) == replace(made, **same)
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(found.public_keys) == 2


def test_the_verb_waits_for_the_platform_to_stop(tmp_path: Path, made: Secrets) -> None:
    env = {"NOABER_HOME": str(tmp_path)}
    claim = Claim(tmp_path / "up")
    claim.take()
    refused = CliRunner().invoke(main, ["rotate"], env=env)
    claim.leave()
    assert refused.exit_code == 1 and "noaber stop" in refused.output
    assert secrets_in(tmp_path / "up" / "secrets.json") == made
    done = CliRunner().invoke(main, ["rotate"], env=env)
    assert done.exit_code == 0, done.output
    found = secrets_in(tmp_path / "up" / "secrets.json")
    assert found.private_key != made.private_key
    # No secret is shown.
    assert found.private_key.partition(":")[2] not in done.output
    # A demonstration that was started for real would have nobody who can sign in.
    assert "noaber up for a demonstration" in done.output
