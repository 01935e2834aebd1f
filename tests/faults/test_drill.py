"""The drill of an upgrade says plainly why it cannot be tried; itself it takes minutes (`make drill`)."""

import pytest

from tests.faults import drill


def test_a_release_that_is_not_there_is_said_and_nothing_starts(capsys: pytest.CaptureFixture[str]) -> None:
    assert drill.main(["--from", "no-such-release"]) == 2
    said = capsys.readouterr()
    # A shallow clone is another reason, and said so.
    assert said.err.startswith("This is no drill: no-such-release is no")
    assert not said.out


def test_its_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        drill.main(["--help"])
    assert left.value.code == 0 and "Example: make drill FROM=" in capsys.readouterr().out
