"""The page of an operator: one address that nobody guesses, no content, and acts that are written down."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from deploy.bootstrap import SetupFailed
from deploy.noaber import operate
from deploy.noaber.cli import main
from deploy.overview import Operation, Order, Overview, Standing
from deploy.overview_page import page
from deploy.stack import Platform, Secrets
from services.runtime import metrics
from services.runtime.consume import Needs
from services.runtime.letters import Act, Letter
from services.runtime.settings import Mode, Seed

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
        self.told: list[tuple[Order, str]] = []

    def overview(self) -> Overview:
        numbers = {
            "noaber_live_viewers": {("live",): 3.0, ("live-2",): 4.0},
            "noaber_relay_oldest_seconds": {("aid-relay",): 0.5, ("directory-relay",): 12.25},
            "noaber_lag_records": {("matching", "help-requests"): 9.0, ("live", "duty"): 0.0},
            "noaber_dead_letters_total": {("live", "incidents"): 21.0, ("aid", "alarms"): 0.0},
            "noaber_standing_partitions": {
                ("live", "incidents", "halted"): 1.0,
                ("clock", "commitments", "upgrade"): 2.0,
                ("aid", "alarms", "halted"): 0.0,
            },
        }
        return Overview([PROCESS], numbers, [LETTER])

    def act(self, act: Act, place: str) -> Letter:
        self.asked.append((act, place))
        if place != LETTER.place:
            raise SetupFailed("that letter is not there")
        return LETTER

    def tell(self, order: Order, name: str) -> None:
        self.told.append((order, name))
        self.overview().pid(name, order)


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
    assert '<span class="bad">not known: no relay answers</span>' in text
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
    assert found.exit_code == 1 and "start one: noaber up --real, or" in found.output


def test_what_stands_still_says_what_it_needs_and_only_what_halted_can_be_resumed(acts: Acts) -> None:
    seen = acts.overview()
    assert seen.standing() == [
        Standing("clock", "commitments", Needs.UPGRADE),
        Standing("live", "incidents", Needs.HALTED),
    ]
    text = page(seen, PATH)
    assert "HALTED: 20 records in a row could not be read" in text
    assert "NEEDS AN UPGRADE" in text and "It cannot be skipped" in text
    assert text.count(f'action="{PATH}resume/') == 1 and f'action="{PATH}resume/live"' in text
    assert "Nothing: every topic is read on." in page(Overview([]), PATH)
    # What a process only counts and writes into its log is not said to be readable.
    assert "<td>incidents</td><td>21</td>" in text and "<td>alarms</td>" not in text


def test_only_a_process_of_ours_that_is_not_well_can_be_started_again(acts: Acts) -> None:
    assert f'action="{PATH}restart/aid"' in page(acts.overview(), PATH)
    for other in ({"name": "kafka"}, {"pid": None}, {"healthy": True}):
        assert "restart/" not in page(Overview([{**PROCESS, **other}]), PATH)


class OfOneProcess(Operation):
    """An operation that sees one process, under this pid."""

    def __init__(self, pid: int, numbers: dict[str, dict[tuple[str, ...], float]]) -> None:
        platform = Platform(0, Mode.REAL, Seed.NONE, Path(), Secrets({}, "", {}, ""))
        super().__init__(platform, list)
        self._seen = Overview([{**PROCESS, "pid": pid}], numbers)

    def overview(self) -> Overview:
        return self._seen


HALTED = {"noaber_standing_partitions": {("aid", "alarms", "halted"): 1.0}}


@pytest.mark.parametrize(("order", "sent"), [(Order.RESUME, signal.SIGUSR1), (Order.RESTART, signal.SIGTERM)])
def test_an_order_is_a_signal_to_that_process_alone(
    monkeypatch: pytest.MonkeyPatch, order: Order, sent: signal.Signals
) -> None:
    signals: list[tuple[int, signal.Signals]] = []
    monkeypatch.setattr(os, "kill", lambda *told: signals.append(told))
    OfOneProcess(7, HALTED).tell(order, "aid")
    assert signals == [(7, sent)]


@pytest.mark.parametrize(
    ("order", "name", "numbers", "why"),
    [
        (Order.RESUME, "aid", {}, "aid did not halt"),
        (Order.RESUME, "aid", {"noaber_standing_partitions": {("aid", "x", "upgrade"): 1.0}}, "did not halt"),
        (Order.RESTART, "kafka", HALTED, "kafka is no process of ours"),
        (Order.RESTART, "clock", HALTED, "clock is no process of ours that runs"),
    ],
)
def test_an_order_that_would_do_harm_is_not_given(
    monkeypatch: pytest.MonkeyPatch, order: Order, name: str, numbers: dict, why: str
) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a signal was sent"))
    with pytest.raises(SetupFailed, match=why):
        OfOneProcess(7, numbers).tell(order, name)


def test_an_order_is_written_down_and_a_refused_one_is_said(
    door: httpx.Client, acts: Acts, tmp_path: Path
) -> None:
    file = tmp_path / "operator.log"
    with operate.acts_in(file):
        assert "Not done: live is no process of ours that runs." in door.post(f"{PATH}resume/live").text
        assert "Told aid: restart." in door.post(f"{PATH}restart/aid").text
    assert acts.told == [(Order.RESUME, "live"), (Order.RESTART, "aid")]
    (line,) = [json.loads(each) for each in file.read_text().splitlines()]
    assert line["said"].endswith("restart of aid")


@pytest.mark.parametrize(
    ("told", "words", "bad"),
    [
        ({}, "not known: no relay answers", True),
        ({metrics.RELAY_ACTIVE: 1.0}, "none is expected: everybody here is made up", False),
        ({metrics.RELAY_ACTIVE: 1.0, metrics.LAST_BACKUP: 0.0}, "never", True),
        ({metrics.LAST_BACKUP: -3 * 3600.0}, "3.0 hours ago", False),
        ({metrics.LAST_BACKUP: -30 * 3600.0}, "30.0 hours ago", True),
    ],
)
def test_a_backup_is_marked_where_one_is_expected(
    told: dict[metrics.Metric, float], words: str, bad: object
) -> None:
    now = time.time()
    numbers = {
        metric.name: {("aid-relay",): now + value if value < 0 else value} for metric, value in told.items()
    }
    row = page(Overview([], numbers), PATH).partition("last backup")[2].partition("</tr>")[0]
    assert words in row and ('class="bad"' in row) is bad
