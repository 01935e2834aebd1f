"""A pair of runs counts only if everything arrived, the baseline kept up and nobody disturbed it."""

import pytest

from tests.bench.trials import OTHERS_CORES, Trial, alternate, queues, why_void

GOOD = Trial({"p99": 1.0}, sent=600, received=600, waits=[0.01] * 600)
GROWING = [0.01 + number / 1000 for number in range(600)]


class Quiet:
    """A machine on which others use these cores, one number per run."""

    def __init__(self, *cores: float) -> None:
        self._cores = list(cores)

    def start(self) -> None:
        pass

    def others(self) -> float:
        return self._cores.pop(0) if self._cores else 0.0


def test_a_whole_pair_on_a_quiet_machine_counts() -> None:
    assert why_void(GOOD, GOOD, OTHERS_CORES) is None


@pytest.mark.parametrize("received", [599, 601])
def test_a_pair_does_not_count_when_other_than_what_was_sent_was_received(received: int) -> None:
    other = Trial(GOOD.figures, sent=600, received=received)
    assert why_void(other, GOOD, 0.0) == f"sent 600, received {received}"
    assert why_void(GOOD, other, 0.0) == f"baseline: sent 600, received {received}"


def test_a_pair_does_not_count_when_the_baseline_queues() -> None:
    growing = Trial(GOOD.figures, 600, 600, GROWING)
    assert why_void(GOOD, growing, 0.0) == "the baseline queues"


def test_that_our_own_side_queues_is_a_result() -> None:
    assert why_void(Trial(GOOD.figures, 600, 600, GROWING), GOOD, 0.0) is None


def test_a_pair_does_not_count_when_others_used_the_machine() -> None:
    assert why_void(GOOD, GOOD, OTHERS_CORES + 0.01) == "others used 0.26 cores"


def test_one_slow_moment_is_no_queue() -> None:
    assert queues(GROWING)
    assert not queues([0.01] * 300 + [2.0] * 20 + [0.01] * 280)
    assert not queues([0.001] * 300 + [0.004] * 300)
    assert not queues(GROWING[:49])


def test_sides_take_turns_in_beginning() -> None:
    order: list[str] = []

    def side(name: str) -> Trial:
        order.append(name)
        return GOOD

    pairs = alternate(lambda: side("ours"), lambda: side("theirs"), 3, Quiet())
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert [pair.void for pair in pairs] == [None] * 3


def test_a_void_pair_is_run_again_and_stays_on_record() -> None:
    pairs = alternate(lambda: GOOD, lambda: GOOD, 2, Quiet(0.0, 1.0))
    assert [pair.void for pair in pairs] == ["others used 1.00 cores", None, None]


def test_a_restless_machine_ends_it_after_twice_as_many_pairs() -> None:
    pairs = alternate(lambda: GOOD, None, 5, Quiet(*[1.0] * 20))
    assert len(pairs) == 10
