"""The page of an operator: one address that nobody guesses, no content, and acts that are written down."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from deploy.bootstrap import SetupFailed
from deploy.noaber import operate
from deploy.noaber.cli import main
from deploy.overview import Overview
from deploy.overview_page import page
from services.runtime.letters import Act, Letter

PATH = "/secret/"
LETTER = Letter(
    "people/3/7",
    "person",
    "0193f3a0-0000-7000-8000-000000000001",
    "header <b>",
    datetime(2026, 1, 5, tzinfo=UTC),
)
PROCESS = {
    "name": "aid",
    "pid": 7,
    "healthy": False,
    "restarts": 2,
    "memory_mb": 90,
    "lag": 4,
    "why": "the database does not answer",
}


class Acts:
    """What was asked for; an operation without a platform."""

    def __init__(self) -> None:
        self.asked: list[tuple[Act, str]] = []

    def overview(self) -> Overview:
        numbers = {
            "noaber_live_viewers": {("live",): 3.0, ("live-2",): 4.0},
            "noaber_relay_oldest_seconds": {("aid-relay",): 0.5, ("directory-relay",): 12.25},
            "noaber_lag_records": {("matching", "help-requests"): 9.0, ("live", "duty"): 0.0},
        }
        return Overview([PROCESS], numbers, [LETTER])

    def act(self, act: Act, place: str) -> Letter:
        self.asked.append((act, place))
        if place != LETTER.place:
            raise SetupFailed("that letter is not there")
        return LETTER


@pytest.fixture
def acts() -> Acts:
    return Acts()


@pytest.fixture
def door(acts: Acts) -> Iterator[httpx.Client]:
    with operate.server_of(acts, PATH) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}") as client:
            yield client
        server.shutdown()


def test_the_page_says_what_is_wrong_in_plain_words(acts: Acts) -> None:
    text = page(acts.overview(), PATH)
    assert "NOT WELL" in text and "the database does not answer" in text
    assert "<td>pages that are open</td><td>7</td>" in text and "12.2 s" in text
    assert '<span class="bad">never</span>' in text
    assert "<td>help-requests</td><td>9</td>" in text and "<td>duty</td>" not in text


def test_what_stands_in_a_reason_is_no_part_of_the_page(acts: Acts) -> None:
    assert "header &lt;b&gt;" in page(acts.overview(), PATH)


def test_who_does_not_know_the_address_learns_and_does_nothing(door: httpx.Client, acts: Acts) -> None:
    for path in ("/", "/secret", "/other/", "/metrics"):
        assert (door.get(path).status_code, door.get(path).text) == (404, "")
    assert door.post(f"/other/skip/{LETTER.place}").status_code == 404
    assert door.get(f"{PATH}skip/{LETTER.place}").status_code == 404
    assert door.post(f"{PATH}burn/{LETTER.place}").status_code == 404
    assert acts.asked == []


@pytest.mark.parametrize("act", Act)
def test_an_act_is_carried_out_and_written_down(
    door: httpx.Client, acts: Acts, act: Act, tmp_path: Path
) -> None:
    file = tmp_path / "operator.log"
    with operate.acts_in(file):
        assert f"Done: {act} of people/3/7." in door.post(f"{PATH}{act}/{LETTER.place}").text
    assert acts.asked == [(act, LETTER.place)]
    (line,) = [json.loads(each) for each in file.read_text().splitlines()]
    assert line["process"] == "operator" and f"{act} of person {LETTER.key} at people/3/7" in line["said"]


def test_what_cannot_be_done_is_said(door: httpx.Client) -> None:
    assert "Not done: that letter is not there." in door.post(f"{PATH}skip/people/0/1").text


def test_nobody_keeps_the_page_or_puts_it_in_a_frame(door: httpx.Client) -> None:
    headers = door.get(PATH).headers
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_without_a_platform_the_command_says_what_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOABER_HOME", str(tmp_path))
    found = CliRunner().invoke(main, ["operate"])
    assert found.exit_code == 1 and "start one: noaber up" in found.output
