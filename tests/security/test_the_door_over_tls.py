"""The door at a host name of its own, with the real Caddy and a certificate of its own or a given one."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from deploy.address import CERTIFICATE, KEY, REDIRECT_PORT, TLS, address_in
from deploy.parts import caddy
from deploy.parts.ports import answers, take_block
from deploy.parts.spawn import spawn
from deploy.stack import BY_NAME, Platform, environment, gateway_environment, secrets_in
from services.runtime.settings import Mode, Seed
from tests import own_name
from tests.journey.waiting import until

PAGE = "<!doctype html><title>Noaber</title>"


@pytest.fixture(params=["internal", "files"])
def platform(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Platform]:
    """A gateway with one page and nobody behind it; its certificate is its own, or was given."""
    (tmp_path / "index.html").write_text(PAGE)
    said = {**own_name.settings(), TLS: request.param}
    now = datetime.now(UTC)
    certificate, key = own_name.pair(tmp_path, own_name.NAME, now, now + timedelta(days=1))
    if request.param == "files":
        said |= {CERTIFICATE: str(certificate), KEY: str(key)}
    block = take_block()
    address = address_in(said, now)
    secrets = secrets_in(tmp_path / "secrets.json")
    made = Platform(block.base, Mode.REAL, Seed.NONE, tmp_path, secrets, address=address)
    told = gateway_environment(made, tmp_path)
    process = spawn(caddy.command(), tmp_path / "caddy.log", tmp_path, told)
    try:
        until(lambda: answers(made.base) and answers(int(said[REDIRECT_PORT])), what="the doors are open")
        own_name.led_here(monkeypatch)
        if request.param == "files":
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        else:
            own_name.believed(monkeypatch, tmp_path)
        yield made
    finally:
        process.terminate()
        process.wait(15)
        block.leave()


def test_pages_come_over_tls_at_the_own_name_and_who_forgets_it_is_sent_there(platform: Platform) -> None:
    said = until(lambda: _page(platform), what="a certificate")
    assert said is not None and said.text == PAGE
    assert said.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert platform.address.door is not None
    plain = httpx.get(f"http://{own_name.NAME}:{platform.address.door.redirect_port}/card?x=1")
    assert (plain.status_code, plain.headers["location"]) == (308, f"{platform.origin}/card?x=1")
    # The machine asks itself without TLS, and is not told to stay with it.
    here = httpx.get(f"http://127.0.0.1:{platform.base}/")
    assert here.text == PAGE and "strict-transport-security" not in here.headers
    with pytest.raises(httpx.ConnectError):
        httpx.get(platform.origin.replace(own_name.NAME, "127.0.0.1"))


def test_orders_are_taken_from_that_name_alone_and_cookies_stay_within_tls(platform: Platform) -> None:
    told = environment(platform, BY_NAME["directory"])
    assert told["NOABER_ALLOWED_ORIGINS"] == platform.origin
    assert platform.origin.startswith(f"https://{own_name.NAME}:")
    assert told["NOABER_RP_ID"] == own_name.NAME


def _page(platform: Platform) -> httpx.Response | None:
    try:
        return httpx.get(f"{platform.origin}/")
    except (httpx.ConnectError, ssl.SSLError):
        return None
