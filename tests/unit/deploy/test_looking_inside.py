"""Logs, traces and explanations: what an operator is shown, and what not."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.bootstrap import SetupFailed
from deploy.noaber import explain, logs, trace
from deploy.stack import Platform, secrets_in
from deploy.tracing.spot import Spot
from deploy.tracing.trace import Step, Trace, Verdict
from schemas.events.approach import Reason, ReasonCode
from schemas.events.help_request import ShortfallReason
from services.aid.store.explained import without_content
from services.runtime.settings import Mode, Seed
from services.runtime.whereabouts import Change, Late

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEY = "01936b1c-7000-7000-8000-000000000007"
WELL = {"healthy": True, "lag": 0, "why": ""}


def step(*, waits: bool = False, record: int | None = 2) -> Step:
    """A change of version 2, and the version of its newest record."""
    change = Change("duty", KEY, 2, UUID(KEY), "nl.noaber.duty.v1", AT, KEY, waits)
    spot = None if record is None else Spot("duty", 1, 40, 3, record, b"what it says")
    return Step("aid", change, spot)


def found(*steps: Step, **live: Any) -> Trace:
    at = AT if steps else None
    return Trace("key", "command" if steps else "", at, "directory", steps, {**WELL, **live})


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (found(step()), Verdict.ARRIVED),
        (found(step(record=5)), Verdict.ARRIVED),
        # Its outbox row asks for the newest state once more; the record is there all the same.
        (found(step(waits=True)), Verdict.ARRIVED),
        (found(step(), step(waits=True, record=1)), Verdict.WAITS),
        (found(step(waits=True, record=None)), Verdict.WAITS),
        (found(step(), lag=7), Verdict.WAITS),
        (found(step(), healthy=False), Verdict.WAITS),
        (found(step(), step(record=1)), Verdict.LOST),
        (found(step(record=None), step(waits=True, record=None)), Verdict.LOST),
        (found(), Verdict.UNKNOWN),
        (Trace("key", "command", AT, "directory", (), WELL), Verdict.NOTHING),
    ],
)
def test_a_trace_is_as_far_as_the_least_far_of_its_changes(one: Trace, verdict: Verdict) -> None:
    assert one.verdict is verdict
    assert trace.told(one)[-1] == trace.SENTENCES[verdict]


def test_a_trace_says_where_each_change_is_and_not_what_it_says() -> None:
    lines = "\n".join(trace.told(found(step())))
    for part in (
        "answered  by directory",
        f"duty/{KEY}/2",
        "let it go",
        "partition 1, offset 40: epoch 3, version 2",
    ):
        assert part in lines
    assert "newer" not in lines
    assert trace.told(found(step(record=5)))[5].endswith("version 5, a newer state of the same")
    plain = json.dumps(found(step()).as_json())
    assert '"offset": 40' in plain and "what it says" not in plain + lines


def test_what_was_decided_last_is_listed_by_id_and_kinds() -> None:
    late = trace.told_lately([("aid", Late(KEY, AT, ["approach", "commitment"]))])
    assert late == [
        f"12:00:00  {KEY}  aid: approach, commitment",
        "(UTC) Follow one: noaber trace ID",
    ]
    assert trace.told_lately([]) == ["Nothing was decided here yet."]
    assert explain.told_lately([]) == ["Nobody asked for help yet."]
    asked = {"asked_at": AT.isoformat(), "request": KEY, "function": "network", "state": "open"}
    assert explain.told_lately([asked]) == [
        f"{AT.isoformat()}  {KEY}  network, open",
        "Why these people: noaber explain REQUEST",
    ]


def test_every_verdict_has_a_sentence_and_a_code_and_what_is_done_is_well() -> None:
    assert trace.SENTENCES.keys() == trace.CODES.keys() == set(Verdict)
    assert [verdict for verdict, code in trace.CODES.items() if code == 0] == [
        Verdict.ARRIVED,
        Verdict.NOTHING,
    ]


def test_every_reason_has_words_and_a_victims_systems_are_not_among_them() -> None:
    assert explain.REASONS.keys() == set(ReasonCode) and explain.SHORTFALL.keys() == set(ShortfallReason)
    for code in ReasonCode:
        said = without_content(Reason(code=code, minutes=-20, value="secret"))
        assert ("secret" in explain.REASONS[code].format(value=said["value"])) is (
            code is not ReasonCode.SAME_SYSTEM
        )


def test_an_explanation_names_ids_functions_and_reasons() -> None:
    reasons = [{"code": "distance", "minutes": 20, "value": "20"}]
    asked = {"lender": "GM0153", "person": KEY, "asked_at": AT.isoformat(), "state": "open"}
    candidate = {"lender": "GM0168", "person": None, "cost_minutes": 20, "chosen": True, "price_minutes": 4}
    lines = "\n".join(
        explain.told(
            {
                "request": KEY,
                "function": "network",
                "state": "open",
                "counts": {"open": 1},
                "could_ask": {"people": 9, "organisations": 2},
                "shortfall": [{"reason": "off_duty", "people": 3}],
                "approaches": [{**asked, "reasons": reasons}],
                "hint": {"about_version": 4, "candidates": [{**candidate, "reasons": reasons}]},
            }
        )
    )
    for part in ("network, open", "9 people of 2", "3 are off duty", f"{KEY} of GM0153", "  +20  20 km away"):
        assert part in lines
    assert "the desk of GM0168, 20 minutes: chosen; without, the plan costs 4 more" in lines


def test_where_nobody_was_asked_or_planned_yet_that_is_said() -> None:
    found: dict[str, Any] = {"request": KEY, "function": "network", "state": "provisional"}
    found |= {"counts": {"open": 1}, "could_ask": None, "shortfall": [], "approaches": []}
    assert explain.told({**found, "hint": None})[1:] == [
        "Asked: nobody",
        "Matching has said nothing about it yet.",
    ]
    spare: dict[str, Any] = {
        "lender": "GM0168",
        "person": None,
        "cost_minutes": 20,
        "chosen": False,
        "reasons": [],
    }
    full = {"about_version": 4, "candidates": []}
    assert explain.told({**found, "hint": full})[-1].endswith("take nobody.")
    planned = explain.told({**found, "hint": {"about_version": 4, "candidates": [spare]}})
    assert planned[-1] == "  the desk of GM0168, 20 minutes: spare"


def test_a_request_that_is_not_there_says_how_to_find_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "run_step", lambda *_: "null")
    platform = Platform(7400, Mode.REAL, Seed.NONE, tmp_path, secrets_in(tmp_path / "secrets.json"))
    with pytest.raises(SetupFailed, match=f"no request {KEY}; which there are: noaber explain$"):
        explain.why(tmp_path, platform, KEY)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "up" / "log" / "aid.log"
    file.parent.mkdir(parents=True)
    file.write_text("".join(f"line {number}\n" for number in range(200)))
    return file


def test_the_last_lines_of_a_log_are_shown(log: Path) -> None:
    assert logs.last_lines(log, 2) == ["line 198", "line 199"]
    assert logs.last_lines(log, 0) == []


def test_what_is_written_later_follows_also_after_a_log_was_cut(log: Path) -> None:
    rounds = iter(["more\n", "", None, "new\n"])

    def wait() -> None:
        said = next(rounds)
        with log.open("w" if said is None else "a") as output:
            output.write(said or "")

    heard = logs.following(log, wait)
    assert [next(heard), next(heard)] == ["more\n", "new\n"]


def test_the_logs_of_the_platform_that_ran_last_are_shown(log: Path, tmp_path: Path) -> None:
    other = tmp_path / "demo" / "log" / "aid.log"
    other.parent.mkdir(parents=True)
    assert logs.log_folder(tmp_path) == log.parent
    other.write_text("")
    later = log.stat().st_mtime + 1
    os.utime(other, (later, later))
    assert logs.log_folder(tmp_path) == other.parent
    with pytest.raises(SetupFailed, match="ever ran"):
        logs.log_folder(tmp_path / "elsewhere")
