"""A request for help in a minute, and an organisation's people in twenty minutes a year: in few taps."""

from pathlib import Path

import pytest

from deploy.running import Running
from tests.browser.minute import MOST_KIB, walk
from tests.browser.minute import MOST_TAPS as MOST_TAPS_IN_A_MINUTE
from tests.browser.year import MOST_TAPS as MOST_TAPS_IN_A_YEAR
from tests.browser.year import year


@pytest.mark.timeout(300)
def test_a_card_becomes_a_request_for_help_in_ten_taps_and_eighty_kilobytes(
    platform: Running, node_modules: Path
) -> None:
    phones = f"http://127.0.0.1:{platform.platform.port('notification')}"
    walked = walk(platform.platform, node_modules, phones, slow=False)
    assert walked.taps <= MOST_TAPS_IN_A_MINUTE, walked
    assert walked.received <= MOST_KIB, walked


@pytest.mark.timeout(300)
def test_an_administrator_does_a_whole_year_at_one_sitting(
    platform: Running, node_modules: Path, tmp_path: Path
) -> None:
    walked = year(platform.platform, node_modules, tmp_path)
    assert walked.taps <= MOST_TAPS_IN_A_YEAR, walked
