"""A telephone that is told of by half stops the process at start, and says which setting is missing."""

from typing import Any

import pytest

from services.notification.settings import NotificationSettings
from services.runtime.push_keys import new_push_key
from services.runtime.settings import Mode, read

WHOLE = {
    "NOABER_MODE": Mode.REAL,
    "NOABER_KAFKA": "127.0.0.1:1",
    "NOABER_HTTP_PORT": "1",
    "NOABER_DATABASE": "postgresql://here",
    "NOABER_TOKEN_PUBLIC_KEYS": "{}",
    "NOABER_INTERNAL_TOKEN": "x" * 32,
    "NOABER_CONTACT_KEYS_URL": "http://127.0.0.1:1/",
    "NOABER_ALLOWED_ORIGINS": "https://noaber.example",
    "NOABER_TELEPHONE_URL": "https://provider.example",
    "NOABER_TELEPHONE_ACCOUNT": "AC1",
    "NOABER_TELEPHONE_TOKEN": "a secret",
    "NOABER_TELEPHONE_CALLER": "+31850000000",
}


def told(monkeypatch: pytest.MonkeyPatch, **other: str | None) -> NotificationSettings:
    said: dict[str, str | None] = {**WHOLE, **other}
    for name, value in said.items():
        if value is not None:
            monkeypatch.setenv(name, value)
        else:
            monkeypatch.delenv(name, raising=False)
    return read(NotificationSettings)


def test_the_provider_finds_us_where_people_go_unless_another_address_is_told(monkeypatch: Any) -> None:
    for said, found in ((None, "https://noaber.example"), ("https://in.example/", "https://in.example")):
        account = told(monkeypatch, NOABER_TELEPHONE_CALLBACK=said).account("")
        assert account is not None and account.callback == found


@pytest.mark.parametrize(
    ("other", "wrong"),
    [
        ({"NOABER_TELEPHONE_ACCOUNT": None}, "NOABER_TELEPHONE_ACCOUNT: found ''"),
        ({"NOABER_TELEPHONE_TOKEN": ""}, "NOABER_TELEPHONE_TOKEN: not as it should be"),
        ({"NOABER_TELEPHONE_CALLER": None}, "NOABER_TELEPHONE_CALLER: found ''"),
        ({"NOABER_ALLOWED_ORIGINS": "http://localhost:7400"}, "NOABER_TELEPHONE_CALLBACK: found ''"),
    ],
)
def test_what_is_missing_is_said_by_name(
    other: dict[str, str | None], wrong: str, monkeypatch: Any, capsys: Any
) -> None:
    with pytest.raises(SystemExit):
        told(monkeypatch, NOABER_TELEPHONE_CALLBACK=None, **other)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(wrong) and "NOABER_TELEPHONE_URL" in line


def test_without_a_provider_nothing_of_it_is_needed(monkeypatch: Any) -> None:
    rest = dict.fromkeys((name for name in WHOLE if "TELEPHONE" in name), None)
    assert told(monkeypatch, **rest, NOABER_TELEPHONE_CALLBACK=None).account("") is None


@pytest.mark.parametrize(
    ("other", "wrong"),
    [
        ({"NOABER_PUSH_KEY": "abc"}, "NOABER_PUSH_KEY: not as it should be"),
        ({"NOABER_PUSH_KEY": "A" * 43}, "NOABER_PUSH_KEY: not as it should be"),
        ({"NOABER_PUSH_HOSTS": "https://push.example"}, "NOABER_PUSH_HOSTS: found 'https://push.example'"),
        ({"NOABER_PUSH_CONTACT": "beheer"}, "NOABER_PUSH_CONTACT: found 'beheer'"),
    ],
)
def test_a_key_or_host_for_push_messages_that_is_none_stops_it_at_start(
    other: dict[str, str | None], wrong: str, monkeypatch: Any, capsys: Any
) -> None:
    with pytest.raises(SystemExit):
        told(monkeypatch, **other)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(wrong)


def test_without_a_key_or_a_host_nothing_is_pushed_and_only_a_demonstration_plays_the_services(
    monkeypatch: Any,
) -> None:
    key = {"NOABER_PUSH_KEY": new_push_key()}
    assert told(monkeypatch).sender() is None
    assert told(monkeypatch, **key, NOABER_PUSH_HOSTS="").sender() is None
    monkeypatch.delenv("NOABER_PUSH_HOSTS")
    sender = told(monkeypatch, **key).sender()
    assert sender is not None and (sender.played, sender.contact) == ("", "https://noaber.example")
    played = told(monkeypatch, **key, NOABER_MODE=Mode.DEMO, NOABER_TELEPHONE_URL=None).sender()
    assert played is not None and played.played.startswith("http://127.0.0.1:1/simulated/")
