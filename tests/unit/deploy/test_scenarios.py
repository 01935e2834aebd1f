"""Scenarios: the story that comes along, what a wrong one is told, and what makes a play fail."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from deploy.bootstrap import SetupFailed
from deploy.client import Refusal
from deploy.noaber.play import STORY
from deploy.scenarios import cast as cast_module
from deploy.scenarios import player as player_module
from deploy.scenarios.cast import PlayFailed
from deploy.scenarios.player import Player
from deploy.scenarios.story import Story, read_story
from schemas.catalogue import Function, Lane, lane_of

TOLD = {"nl": "Zin", "en": "Sentence"}
REPORT = {"at": "dag 1", "say": TOLD, "by": "borrower", "do": "report", "body": {"since": "-PT2H"}}
ASK = {"at": "dag 2", "say": TOLD, "by": "borrower", "do": "ask", "request": "a", "body": {}}
CONFIRM = {
    **{"at": "dag 3", "say": TOLD, "by": "mandate", "do": "confirm", "request": "a"},
    "circle": {"organisations": ["GM0153"]},
}


def a_story(*steps: dict[str, Any]) -> dict[str, Any]:
    fixed = {"id": "x", "title": TOLD, "about": TOLD, "affected": "GM1735", "coordinator": "GM0141"}
    return {**fixed, "steps": list(steps)}


@pytest.fixture
def story() -> Story:
    return read_story(STORY)


def test_the_story_that_comes_along_asks_at_least_twelve_times_in_every_lane(story: Story) -> None:
    asked = [Function(each.body["function"]) for each in story.steps if each.do == "ask"]
    assert len(asked) >= 12 and {lane_of(each) for each in asked} == set(Lane)


def test_services_go_down_one_by_one_and_come_back_over_months(story: Story) -> None:
    counts: Counter[str] = Counter()
    first_down = [
        len(each.body["services"])
        for each in story.steps
        if each.do == "services" and all(s.get("state", "down") == "down" for s in each.body["services"])
    ]
    for step in story.steps:
        for service in step.body.get("services", ()):
            counts[service.get("state", "down")] += 1
    assert len(first_down) >= 3 and counts["down"] >= 5 and counts["works"] >= 5
    assert any(each.at.startswith("dag 120") for each in story.steps)


def test_it_has_commitments_and_refusals_and_names_nobody(story: Story) -> None:
    done = Counter(each.do for each in story.steps)
    assert done["claim"] >= 12 and done["lend"] and done["decline"] and done["give_back"]
    assert len([each for each in story.steps if each.expect != "ok"]) >= 3
    text = STORY.read_text(encoding="utf-8")
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text)
    assert all(set(each.body) & {"person", "approach", "commitment"} == set() for each in story.steps)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1"),
        (json.dumps(a_story({**REPORT, "who": "Joris"})), "steps.0.who"),
        (json.dumps(a_story({**REPORT, "by": "joris"})), "steps.0.by"),
        (json.dumps(a_story()), "steps"),
        (None, "cannot be read"),
    ],
    ids=["no JSON", "unknown field", "a name for a role", "no steps", "no file"],
)
def test_a_wrong_scenario_is_told_what_is_wrong_and_where(
    tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "story.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SetupFailed, match=said):
        read_story(file)


class Platform:
    """Answers as it is told; nobody is ever asked."""

    sent: list[tuple[str, dict[str, Any]]]
    refusal: Refusal | None
    told: list[dict[str, str]]

    def __init__(self, origin: str) -> None:
        self.person: object = None

    def __exit__(self, *_: object) -> None:
        return None

    def sign_in(self, person: object) -> Self:
        self.person = person
        return self

    def read(self, path: str) -> Any:
        rights = ["report", "mandate", "lend"]
        return {"people": [{"person": "00000000-0000-4000-8000-000000000001", "rights": rights}]}

    def send(self, path: str, body: dict[str, Any]) -> Any:
        self.sent.append((path, body))
        return self.refusal or {"rows": self.told}

    def rows(self) -> dict[str, Any]:
        return {}


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Any:
    Platform.sent, Platform.refusal, Platform.told = [], None, []
    monkeypatch.setattr(cast_module, "Client", Platform)
    monkeypatch.setattr(player_module, "PATIENCE_SECONDS", 0.05)

    def run(*steps: dict[str, Any]) -> Player:
        story = Story.model_validate(a_story(*steps))
        made = Player("http://localhost:7400", story)
        for step in story.steps:
            made.play(step)
        return made

    return run


def test_a_play_fails_when_nobody_is_asked(play: Any) -> None:
    with pytest.raises(PlayFailed, match="dag 3: nobody is asked"):
        play(REPORT, ASK, CONFIRM)


def test_a_play_fails_at_an_answer_that_the_story_does_not_expect(play: Any) -> None:
    Platform.refusal = Refusal(409, "closed")
    with pytest.raises(PlayFailed, match="dag 1: Sentence: expected ok, got closed"):
        play(REPORT)
    assert play({**REPORT, "expect": "closed"}).summary.refusals == 1


def test_a_play_fails_when_an_expected_refusal_does_not_come(play: Any) -> None:
    with pytest.raises(PlayFailed, match="expected taken, got ok"):
        play({**REPORT, "expect": "taken"})


def test_a_play_fails_at_the_end_when_the_wall_lacks_what_an_answer_told_of(play: Any) -> None:
    Platform.told = [{"kind": "incident", "id": "i1"}]
    played = play(REPORT)
    with pytest.raises(PlayFailed, match="incident i1 is not there"):
        played.finish()


def test_durations_count_from_the_moment_a_step_is_sent(play: Any) -> None:
    before = datetime.now(UTC)
    play(REPORT)
    ((_, body),) = Platform.sent
    since = datetime.fromisoformat(body["since"])
    assert before <= since + timedelta(hours=2) <= datetime.now(UTC)
