"""The stories that come along beside the demonstration's, played to their end without a pause."""

from pathlib import Path

import pytest

from deploy.running import Running
from deploy.scenarios.player import Player
from deploy.scenarios.story import Story, read_story
from tests.journey.cast import PLAYED, People

FOLDER = Path(__file__).parents[2] / "deploy" / "scenarios"
pytestmark = pytest.mark.timeout(120)


def played(platform: Running, name: str) -> tuple[Story, Player]:
    """Every step was answered as the story expects, and every wall agrees with the owners."""
    story = read_story(FOLDER / name)
    player = Player(platform.platform.origin, story)
    for step in story.steps:
        player.play(step)
    player.finish()
    return story, player


def test_lochem_is_played_from_the_phone_call_to_the_end(platform: Running, people: People) -> None:
    story, player = played(platform, "lochem-2019.json")
    assert people.organisations[story.affected].region in PLAYED
    assert player.summary.commitments >= 4 and player.summary.refusals >= 1


def test_five_are_hit_by_one_cause_and_a_lender_becomes_a_victim(platform: Running, people: People) -> None:
    story, player = played(platform, "vijf-beken-fictief.json")
    hit = [people.organisations[each] for each in story.hit]
    assert len(hit) == 5 and {each.region for each in hit} == PLAYED
    partnership = people.organisations[str(story.partnership)]
    assert partnership.fictitious and set(partnership.delivers_ict_to) == set(story.hit)
    assert player.summary.commitments >= 6 and player.summary.refusals >= 2
