"""A dead letter fits into its topic, whatever it is: else its consumer would stop at it for ever."""

from schemas.envelope import Record
from schemas.values import EVENT_LIMIT
from services.runtime.dead_letters import MOST_HEADERS, MOST_KEY, cut


def test_a_letter_of_a_usual_size_is_kept_as_it_was() -> None:
    record = Record(b"k" * MOST_KEY, b"v" * EVENT_LIMIT, (("ce_type", b"t" * 1_000),))
    assert cut(record) == record


def test_one_that_would_not_fit_is_cut_and_says_how_long_it_was() -> None:
    record = Record(b"k" * 5_000, b"v" * 1_000_000, (("h", b"x" * MOST_HEADERS), ("i", b"")))
    found = cut(record)
    assert (len(found.key), len(found.value)) == (MOST_KEY, EVENT_LIMIT)
    assert found.headers == (("dead_headers", b"2"), ("dead_size", b"1000000"))
