"""From an unknown phone with a card from the vault to a sent request for help: in few taps and bytes."""

from pathlib import Path

import pytest

from deploy.running import Running
from tests.browser.minute import MOST_KIB, MOST_TAPS, walk


@pytest.mark.timeout(300)
def test_a_card_becomes_a_request_for_help_in_ten_taps_and_eighty_kilobytes(
    platform: Running, node_modules: Path
) -> None:
    phones = f"http://127.0.0.1:{platform.platform.port('notification')}"
    walked = walk(platform.platform, node_modules, phones, slow=False)
    assert walked.taps <= MOST_TAPS, walked
    assert walked.received <= MOST_KIB, walked
