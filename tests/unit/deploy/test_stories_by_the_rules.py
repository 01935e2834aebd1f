"""The stories are possible under the real rules with the people of a demonstration, in memory."""

import asyncio

import pytest

from deploy.noaber.play import STORY
from deploy.scenarios import cast as cast_module
from deploy.scenarios import player as player_module
from deploy.scenarios.player import Player
from deploy.scenarios.story import read_story
from tests.unit.deploy.small_platform import SmallClient, SmallPlatform


@pytest.mark.parametrize("name", ["lochem-2019", "vijf-beken-fictief"])
def test_a_story_is_played_to_its_end(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story = read_story(STORY.with_name(f"{name}.json"))
    monkeypatch.setattr(cast_module, "Client", SmallClient)
    monkeypatch.setattr(player_module, "PATIENCE_SECONDS", 0.1)
    with asyncio.Runner() as runner:
        small = SmallPlatform(runner, "VR05", "VR06")
        monkeypatch.setattr(SmallClient, "platform", small, raising=False)
        player = Player("", story)
        for step in story.steps:
            player.play(step)
        assert player.finish().agrees
