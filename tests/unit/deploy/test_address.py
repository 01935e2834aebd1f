"""Where people go is checked at start: each wrong setting by name, with what is allowed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.address import HERE, address_in, refuse_another_name
from deploy.bootstrap import SetupFailed
from tests import own_name

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OWN = {"NOABER_HOST": "hulp.noaber.example", "NOABER_ACME_EMAIL": "beheer@noaber.example"}


def test_without_a_host_it_is_loopback_over_plain_http() -> None:
    assert address_in({}, NOW) is HERE
    assert HERE.origin(7400) == "http://localhost:7400" and HERE.told(7400) == {}
    assert HERE.origins(7400) == "http://localhost:7400,http://*.localhost:7400"


def test_a_host_gets_a_certificate_by_itself_on_the_usual_ports() -> None:
    made = address_in(OWN, NOW)
    assert made.origin(7400) == made.origins(7400) == "https://hulp.noaber.example"
    assert made.rp_id == "hulp.noaber.example"
    told = made.told(7400)
    assert told["NOABER_CERTIFICATE"] == "beheer@noaber.example"
    assert (told["NOABER_HTTPS_PORT"], told["NOABER_REDIRECT_PORT"]) == ("443", "80")


def test_passkeys_may_belong_to_a_domain_above_the_host_and_another_port_stands_in_the_origin() -> None:
    made = address_in({**OWN, "NOABER_RP_ID": "noaber.example", "NOABER_HTTPS_PORT": "8443"}, NOW)
    assert made.rp_id == "noaber.example"
    assert made.origin(7400) == "https://hulp.noaber.example:8443"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (
            {"NOABER_HOST": ""},
            "NOABER_ACME_EMAIL: found 'beheer@noaber.example'; allowed: only beside NOABER_HOST",
        ),
        ({"NOABER_HOST": "192.0.2.7"}, "NOABER_HOST: found '192.0.2.7'; allowed: a host name"),
        ({"NOABER_HOST": "https://a.example"}, "NOABER_HOST: found 'https://a.example'"),
        ({"NOABER_HOST": "noaber"}, "NOABER_HOST: found 'noaber'"),
        ({"NOABER_HOST": "a.example {"}, "NOABER_HOST: found 'a.example {'"),
        ({"NOABER_RP_ID": "other.example"}, "NOABER_RP_ID: found 'other.example'; allowed: hulp.noaber"),
        ({"NOABER_RP_ID": "example"}, "NOABER_RP_ID: found 'example'"),
        ({"NOABER_RP_ID": "ber.example"}, "NOABER_RP_ID: found 'ber.example'"),
        ({"NOABER_TLS": "off"}, "NOABER_TLS: found 'off'; allowed: acme, files or internal"),
        ({"NOABER_ACME_EMAIL": ""}, "NOABER_ACME_EMAIL: not set; allowed: a mail address"),
        ({"NOABER_ACME_EMAIL": "a@b.nl {x}"}, "NOABER_ACME_EMAIL: found"),
        ({"NOABER_HTTPS_PORT": "70000"}, "NOABER_HTTPS_PORT: found '70000'; allowed: a port"),
        ({"NOABER_REDIRECT_PORT": "443"}, "NOABER_REDIRECT_PORT: found '443'; allowed: another port"),
        ({"NOABER_TLS_BIND": "eth0\n}"}, "NOABER_TLS_BIND: found"),
        ({"NOABER_TLS": "files"}, "NOABER_TLS_CERTIFICATE: not set; allowed: the whole path"),
    ],
)
def test_what_is_wrong_is_said_by_name(said: dict[str, str], wrong: str) -> None:
    with pytest.raises(SetupFailed) as failed:
        address_in({**OWN, **said}, NOW)
    assert str(failed.value).startswith(wrong)


def pair(folder: Path, host: str, until: datetime, name: str = "cert") -> dict[str, str]:
    """The settings that name a certificate and its key."""
    certificate, key = own_name.pair(folder, host, NOW - timedelta(days=9), until, name)
    return {
        "NOABER_HOST": "hulp.noaber.example",
        "NOABER_TLS": "files",
        "NOABER_TLS_CERTIFICATE": str(certificate),
        "NOABER_TLS_KEY": str(key),
    }


@pytest.mark.parametrize("host", ["hulp.noaber.example", "*.noaber.example"])
def test_given_files_are_used_where_they_are_for_this_host_and_belong_together(
    host: str, tmp_path: Path
) -> None:
    folder = tmp_path / "with a space"
    folder.mkdir()
    said = pair(folder, host, NOW + timedelta(days=9))
    made = address_in(said, NOW)
    assert made.door is not None
    assert made.door.certificate == f'"{folder}/cert.pem" "{folder}/cert.key"'


@pytest.mark.parametrize(
    ("host", "days", "key", "wrong"),
    [
        ("other.example", 9, "cert.key", "for other.example'; allowed: one for hulp.noaber.example"),
        ("hulp.noaber.example", -1, "cert.key", "valid from 17-11-2026 to 25-11-2026"),
        ("hulp.noaber.example", 9, "other.key", "its own key"),
    ],
)
def test_files_that_browsers_would_refuse_are_refused_at_start(
    host: str, days: int, key: str, wrong: str, tmp_path: Path
) -> None:
    pair(tmp_path, "x.example", NOW, "other")
    said = pair(tmp_path, host, NOW + timedelta(days=days))
    with pytest.raises(SetupFailed, match=r"^NOABER_TLS_CERTIFICATE: found ") as failed:
        address_in({**said, "NOABER_TLS_KEY": str(tmp_path / key)}, NOW)
    assert wrong in str(failed.value)


def test_a_place_keeps_the_name_to_which_its_passkeys_belong(tmp_path: Path) -> None:
    refuse_another_name(tmp_path, "noaber.example")
    refuse_another_name(tmp_path, "noaber.example")
    with pytest.raises(
        SetupFailed, match=r"^NOABER_RP_ID: found 'other\.example'; allowed: noaber\.example, "
    ):
        refuse_another_name(tmp_path, "other.example")
