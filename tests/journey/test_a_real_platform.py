"""A platform for real people at a host name of its own: nobody is made up, and who comes in has a passkey."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from deploy.client import Client, Refusal
from deploy.kept_mode import kept_mode
from deploy.noaber.cli import main
from deploy.noaber.state import UP
from deploy.running import STATE
from deploy.stack import OFFSETS
from schemas.live import CLOSE_SIGNED_OUT
from services.runtime.metrics import LAST_BACKUP
from services.runtime.settings import Mode
from tests import own_name
from tests.journey.looking import Page
from tests.journey.own_platform import home, up
from tests.journey.waiting import until
from tests.phone import Phone

__all__ = ["home"]

pytestmark = pytest.mark.timeout(400)

GONE_SECONDS = 5


def begun(home: Path) -> tuple[str, str]:
    """Secret and code of the first administrator of Hof van Twente, off the terminal; its card is a file."""
    sheet = home / "kaart.pdf"
    who = ("--organisation", "GM1735", "--name", "Petra Verzonnen", "--phone", "06 00000000")
    begin = ("init", *who, "--pdf", str(sheet))
    found = CliRunner().invoke(main, begin, env={"NOABER_HOME": str(home)})
    assert found.exit_code == 0, found.output
    assert sheet.read_bytes().startswith(b"%PDF") and sheet.stat().st_mode & 0o077 == 0
    again = CliRunner().invoke(main, begin, env={"NOABER_HOME": str(home)})
    assert again.exit_code == 1 and "cannot be written" in again.output
    link, code, *_ = found.output.splitlines()
    return link.partition("#")[2], code.removeprefix("Code:").replace(" ", "")


def come_in(client: Client, phone: Phone, home: Path) -> None:
    secret, code = begun(home)
    opened = {"secret": secret, "code": code}
    asked = client.send("/api/directory/welcome/options", opened)
    made = phone.make(asked["options"], client.origin)
    assert "session" in client.send("/api/directory/welcome/finish", {**opened, "passkey": made})


@pytest.fixture
def at_own_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The origin of a real platform over TLS."""
    for name, value in own_name.settings().items():
        monkeypatch.setenv(name, value)
    with up(home, "--real") as origin:
        assert kept_mode(home / UP) is Mode.REAL
        own_name.led_here(monkeypatch)
        own_name.believed(monkeypatch, home / UP)
        yield origin


def refused_elsewhere(client: Client, phone: Phone) -> None:
    """A key answers for this host name and this page alone."""
    for party, page in (("localhost", client.origin), (own_name.NAME, "https://noaber.example")):
        asked = client.send("/api/directory/passkey/options", {"purpose": "sign_in"})
        assert asked["options"]["rpId"] == own_name.NAME
        proof = phone.sign({**asked["options"], "rpId": party}, page)
        refused = client.send("/api/directory/passkey/sign-in", {"passkey": proof})
        assert isinstance(refused, Refusal) and refused.code == "passkey_refused"


def a_system_reads_along(here: Client, phone: Phone) -> None:
    """With the key that the administrator makes, and is out at once when it is ended."""
    path = "/api/directory/organisations/GM1735/systems"
    asked = here.send("/api/directory/passkey/options", {"purpose": "system"})
    proof = {"passkey": phone.sign(asked["options"], here.origin)}
    made = here.send(path, {"name": "Wand", "about": "leest mee", "days": 1, **proof})
    with Client(here.origin).come_in(made["client_id"], made["client_secret"]) as system:
        with Page(system) as page:
            page.until(lambda picture: picture.get("card", "GM1735-0001")["state"] == "ready")
            refused = system.send("/api/aid/duty", {"on": True})
            assert isinstance(refused, Refusal) and refused.code == "systems_only_read"
            assert here.send(f"{path}/{made['client_id']}/end", {}) == {}
            assert page.closed() == CLOSE_SIGNED_OUT
        until(lambda: _is_nobody(system), GONE_SECONDS, what="the refusal of every service")


def test_the_first_person_of_an_empty_platform_comes_in_and_is_out_everywhere_at_once(
    home: Path, at_own_name: str
) -> None:
    origin = at_own_name
    with Client(origin) as here, Client(origin) as there:
        assert origin.startswith(f"https://{own_name.NAME}:")
        assert httpx.get(f"{origin}/api/directory/demo/people").status_code == 401
        phone = Phone()
        come_in(here, phone, home)
        # Over TLS alone, and planted by nobody else (RFC 6265bis, 4.1.3).
        assert here.cookie.startswith("__Host-noaber_session=")
        refused_elsewhere(there, phone)
        assert here.read("/api/directory/me")["rights"] == {"GM1735": ["administer"]}
        assert not isinstance(here.send("/api/aid/duty", {"on": True}), Refusal)
        a_system_reads_along(here, phone)
        asked = there.send("/api/directory/passkey/options", {"purpose": "sign_in"})
        there.send("/api/directory/passkey/sign-in", {"passkey": phone.sign(asked["options"], origin)})
        with Page(there) as page:
            # Everybody of the organisation sees what becomes of its cards, as it happens.
            page.until(lambda picture: picture.get("card", "GM1735-0001")["state"] == "ready")
            asked = here.send("/api/directory/passkey/options", {"purpose": "stop"})
            proof = {"passkey": phone.sign(asked["options"], origin)}
            assert here.send("/api/directory/cards/GM1735-0001/stop", proof) == {}
            seen = page.until(lambda picture: picture.get("card", "GM1735-0001")["state"] == "stopped")
            assert seen and "digest" not in page.picture.get("card", "GM1735-0001")
            [key] = here.read("/api/directory/passkeys")["passkeys"]
            asked = here.send("/api/directory/passkey/options", {"purpose": "remove"})
            proof = {"passkey": phone.sign(asked["options"], origin)}
            assert here.send(f"/api/directory/passkeys/{key['id']}/remove", proof) == {}
            assert page.closed() == CLOSE_SIGNED_OUT
        for client in (here, there):
            until(lambda client=client: _is_nobody(client), GONE_SECONDS, what="the refusal of every service")
    # It makes its own backups, and says from the first day on that there is none yet.
    assert f"\n{LAST_BACKUP.name} 0.0\n" in _numbers(home, "aid-relay")


def _numbers(home: Path, process: str) -> str:
    state = json.loads((home / UP / STATE).read_text())
    return httpx.get(f"http://127.0.0.1:{int(state['base']) + OFFSETS[process]}/metrics").text


def _is_nobody(client: Client) -> bool:
    answers = (client.send("/api/aid/duty", {"on": True}), client.read("/api/directory/me"))
    return all(isinstance(each, Refusal) and each.status == 401 for each in answers)
