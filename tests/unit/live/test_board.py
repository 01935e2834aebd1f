"""snapshot@n + deltas n..m == snapshot@m per key set, whatever happens to rows, readers, labels, contacts."""

import os
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.codec import decode
from schemas.values import Level
from services.live.rules.board import IN_A_PART, Board, Changes, Spot
from tests.enveloped import record_of
from tests.unit.live.history import History, Viewer, key, rows_of, somebody, viewers_of

EXAMPLES = 2_000 if os.environ.get("NOABER_COUNTS") == "long" else 300
SETTINGS = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MOVES = st.lists(st.sampled_from(("step", "step", "step", "hear", "resume")), min_size=5, max_size=60)


@SETTINGS
@given(st.integers(0, 2**32), st.integers(0, 30), MOVES)
def test_a_snapshot_and_the_deltas_after_it_are_the_later_snapshot(seed, before, moves) -> None:
    dice = Random(seed)
    history = History(dice)
    for _ in range(before):
        history.step()
    viewers = [Viewer(history, keys) for keys in viewers_of(history)]
    for tick, move in enumerate([*moves, "hear"]):
        if move == "step":
            touched = history.step()
            for viewer in viewers:
                viewer.touched |= touched
            continue
        # Each viewer hears at its own pace; the last frame reaches all.
        for viewer in viewers if tick == len(moves) else dice.sample(viewers, k=3):
            if move == "resume":
                viewer.resume(history)
            viewer.hear(tick)
            viewer.read = len(history.log)
            assert viewer.rows == rows_of(viewer.asked_anew(tick))
            assert "'contact': {'name': ''" not in str(viewer.frames)
    for viewer in viewers:
        for spot in viewer.removed:
            assert viewer.keys & history.ever[spot], f"{spot} is named to who never read it"


@settings(SETTINGS, max_examples=EXAMPLES // 5)
@given(st.integers(0, 2**32))
def test_a_frame_names_nothing_of_a_row_to_who_never_read_it(seed) -> None:
    history = History(Random(seed))
    viewers = [Viewer(history, keys) for keys in viewers_of(history)]
    for tick in range(30):
        touched = history.step()
        for viewer in viewers:
            viewer.touched |= touched
            viewer.hear(tick)
    for viewer in viewers:
        text = str(viewer.frames)
        hidden = [spot for spot, ever in history.ever.items() if not ever & viewer.keys]
        assert not [spot for spot in hidden if f"'id': '{spot[1]}', 'v'" in text and _only(history, spot)]


def _only(history: History, spot: tuple[str, str]) -> bool:
    # A person's duty and the person themselves have one id: only ids of one kind of row are searched for.
    return sum(each[1] == spot[1] for each in history.ever) == 1


def test_rows_that_two_audiences_see_alike_are_one_part_and_rows_seen_otherwise_are_not() -> None:
    seen = {"org:GM1735": Level.PARTNER, "org:GM0153": Level.PARTNER, "org:GM0164": Level.ASKED}
    board = Board()
    spots: set[Spot] = set()
    for number in range(IN_A_PART + 1):
        row = somebody("person 0").model_copy(update={"id": key(f"row {number}"), "readers": seen})
        spots |= board.put(decode(record_of(row)))
    changes = Changes(board, spots)
    one, other, less = (changes.seen_with(frozenset({each}))[0] for each in seen)
    assert [each is same for each, same in zip(one, other, strict=True)] == [True, True]
    assert [each.text == lower.text for each, lower in zip(one, less, strict=True)] == [False, False]
