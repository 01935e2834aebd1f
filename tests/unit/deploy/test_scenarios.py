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
from deploy.scenarios.cast import Cast, PlayFailed
from deploy.scenarios.player import Player
from deploy.scenarios.story import Circle, Story, read_story
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
        (json.dumps(a_story({**REPORT, "victim": "GM0158"})), "step 0: victim GM0158 is not hit"),
        (json.dumps(a_story(REPORT, CONFIRM)), "step 1: request a was not asked yet"),
        (json.dumps(a_story({**REPORT, "by": "partnership"})), "step 0: the story has no partnership"),
        (json.dumps(a_story({**REPORT, "sources": ["x"]})), "step 0: there is no source x"),
        (None, "cannot be read"),
    ],
    ids=[
        *("no JSON", "unknown field", "a name for a role", "no steps", "a victim that is not hit"),
        *("a request before it is asked", "no partnership", "no such source", "no file"),
    ],
)
def test_a_wrong_scenario_is_told_what_is_wrong_and_where(
    tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "story.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SetupFailed, match=said):
        read_story(file)


def test_every_story_tells_its_steps_in_two_languages_and_its_facts_with_their_source() -> None:
    stories = [read_story(file) for file in sorted(STORY.parent.glob("*.json"))]
    assert len(stories) == 3
    for story in stories:
        assert all(step.say.nl and step.say.en and step.say.nl != step.say.en for step in story.steps)
        # Whoever is not real is said to be made up, on the first page of the file.
        assert "verzonnen" in story.about.nl.lower() and "made up" in story.about.en.lower()
        assert story.sources.keys() == {each for step in story.steps for each in step.sources}
    lochem = next(each for each in stories if each.id == "lochem-2019")
    # Who helped is made up, so no such step has a source; what happened there has one.
    told = [step for step in lochem.steps if step.sources]
    assert len(told) >= 10 and not {step.do for step in told} & {"claim", "yes", "confirm", "lend"}


class Platform:
    """Answers as it is told; nobody is ever asked but `asks`."""

    sent: list[tuple[str, dict[str, Any]]]
    refusal: Refusal | None
    told: list[dict[str, str]]
    asks: str | None

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
        requests = [body["id"] for path, body in self.sent if path == "/api/aid/requests"]
        if self.asks is None or not requests:
            return {}
        asked = {"request": requests[0], "state": "open", "lender": self.asks, "asked_at": "2019-06-06"}
        return {"approach": {"a1": asked}}


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Any:
    Platform.sent, Platform.refusal, Platform.told, Platform.asks = [], None, [], None
    monkeypatch.setattr(cast_module, "Client", Platform)
    monkeypatch.setattr(player_module, "PATIENCE_SECONDS", 0.05)

    def run(*steps: dict[str, Any], **more: Any) -> Player:
        story = Story.model_validate({**a_story(*steps), **more})
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


def test_a_play_fails_when_somebody_who_is_hit_is_asked(play: Any) -> None:
    Platform.asks, both = "GM0158", {"also_affected": ["GM0158"]}
    assert play(REPORT, ASK, CONFIRM, **both).summary.steps == 3
    hit = {**REPORT, "victim": "GM0158"}
    for steps, said in (((REPORT, ASK, hit), "is still asked"), ((REPORT, hit, ASK, CONFIRM), "is asked")):
        Platform.sent = []
        with pytest.raises(PlayFailed, match=f"who is hit {said}"):
            play(*steps, **both)


def test_each_that_is_hit_has_an_incident_of_its_own_and_asks_for_itself(play: Any) -> None:
    other = {"victim": "GM0158"}
    play(REPORT, {**REPORT, **other}, {**ASK, **other}, also_affected=["GM0158"])
    first, second, asked = (body for _, body in Platform.sent)
    assert (first["affected"], second["affected"]) == ("GM1735", "GM0158")
    assert first["id"] != second["id"] == asked["incident"] and asked["borrower"] == "GM0158"


def test_a_circle_is_two_regions_or_the_own_one_where_nothing_is_said() -> None:
    cast = Cast("http://localhost:7400")
    cast._organisations = {
        each: {"id": each, "kind": "municipality", "region": region}
        for each, region in (("GM0158", "VR05"), ("GM0294", "VR06"), ("GM0014", "VR01"))
    }
    assert cast.circle(Circle(regions=("VR05", "VR06")), "GM0158") == ["GM0158", "GM0294"]
    assert cast.circle(Circle(), "GM0294") == ["GM0294"]
    cast.go_home()
