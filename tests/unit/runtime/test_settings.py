"""A wrong setting stops the process at start and says which, without its value where that is a secret."""

import asyncio
import inspect
import os

import pytest
from pydantic import field_validator

from services.aid.settings import AidSettings
from services.live.settings import LiveSettings
from services.runtime import process
from services.runtime.settings import Mode, OwnerSettings, Seed, Settings, read

RIGHT = {
    "NOABER_KAFKA": "127.0.0.1:9092",
    "NOABER_HTTP_PORT": "8000",
    "NOABER_DATABASE": "postgresql://a:b@127.0.0.1/noaber",
    "NOABER_TOKEN_PUBLIC_KEYS": "{}",
    "NOABER_ALLOWED_ORIGINS": "http://localhost:8000",
    "NOABER_INTERNAL_TOKEN": "x" * 32,
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [each for each in os.environ if each.startswith("NOABER_")]:
        monkeypatch.delenv(name)
    for name, value in RIGHT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_without_a_mode_a_service_is_real_and_starts_empty() -> None:
    found = read(OwnerSettings)
    assert found.mode is Mode.REAL and found.seed is Seed.NONE


@pytest.mark.parametrize("name", ["NOABER_KAFKA", "NOABER_HTTP_PORT"])
def test_a_setting_that_is_missing_is_named(name, environment, capsys) -> None:
    environment.delenv(name)
    with pytest.raises(SystemExit) as left:
        read(Settings)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith(f"{name}: not set")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOABER_HTTP_PORT", "0"),
        ("NOABER_HTTP_PORT", "http"),
        ("NOABER_MODE", "test"),
        ("NOABER_POOL_SIZE", "0"),
        ("NOABER_EXPIRY_ACUTE_MINUTES", "0"),
        ("NOABER_APPROACHES_PER_SLOT", "-1"),
    ],
)
def test_a_setting_that_is_wrong_is_named_with_what_was_found(name, value, environment, capsys) -> None:
    environment.setenv(name, value)
    with pytest.raises(SystemExit):
        read(AidSettings)
    said = capsys.readouterr().err
    assert said.startswith(f"{name}: found {value!r}") and said.count("\n") == 1


def test_a_process_that_is_told_wrong_where_traces_go_says_that_and_nothing_else(environment, capsys) -> None:
    environment.setenv("NOABER_TRACE_SHARE", "2")
    environment.setattr(process, "log_to_standard_error", lambda name: None)
    work = asyncio.sleep(0)
    with pytest.raises(SystemExit):
        process.run(work)
    said = "NOABER_TRACE_SHARE: found '2'; allowed: a number from 0 to 1\n"
    assert (capsys.readouterr().err, inspect.getcoroutinestate(work)) == (said, inspect.CORO_CLOSED)


def test_every_wrong_setting_gets_a_line_of_its_own(environment, capsys) -> None:
    environment.delenv("NOABER_KAFKA")
    environment.setenv("NOABER_MODE", "test")
    with pytest.raises(SystemExit):
        read(Settings)
    assert {line.partition(":")[0] for line in capsys.readouterr().err.splitlines()} == {
        "NOABER_KAFKA",
        "NOABER_MODE",
    }


def test_a_secret_that_is_too_short_is_named_and_not_shown(environment, capsys) -> None:
    environment.setenv("NOABER_CONTACT_KEYS_URL", "http://127.0.0.1:1/keys")
    environment.setenv("NOABER_INTERNAL_TOKEN", "hunter2")
    with pytest.raises(SystemExit):
        read(LiveSettings)
    said = capsys.readouterr().err
    assert said.startswith("NOABER_INTERNAL_TOKEN: ") and "hunter2" not in said


def test_what_a_rule_of_our_own_says_of_a_setting_is_passed_on(environment, capsys) -> None:
    class Doubled(Settings):
        number: int = 1

        @field_validator("number")
        @classmethod
        def _even(cls, value: int) -> int:
            raise ValueError("it takes an even number")

    environment.setenv("NOABER_NUMBER", "3")
    with pytest.raises(SystemExit):
        read(Doubled)
    said = capsys.readouterr().err
    assert said == "NOABER_NUMBER: found '3'; allowed: a whole number; it takes an even number\n"
