"""It is busy when rows keep coming, and not when one command changes a handful at once."""

from services.live.rules.load import Load


def after(*moments: tuple[float, int]) -> bool:
    load = Load(0.0)
    for moment, rows in moments:
        load.note(rows, moment)
    return load.is_busy


def test_rows_that_keep_coming_make_it_busy_and_quiet_ends_that() -> None:
    busy = [(number * 0.05, 25) for number in range(1, 8)]
    assert after(*busy)
    assert not after(*busy, (0.9, 0))


def test_what_one_command_changes_is_no_load() -> None:
    assert not after((0.01, 9), (0.03, 9))


def test_a_first_look_after_a_long_silence_is_no_load() -> None:
    assert not after((100.0, 300))
