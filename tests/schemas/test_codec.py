"""Between bytes and events: what is read back, what is passed over, what is refused."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import upcast
from schemas.codec import NewerVersion, TooLarge, Undecodable, decode, encode, state_bytes
from schemas.envelope import Envelope, Record
from schemas.events.duty import Duty
from schemas.events.log_entry import Entry, LogEntry
from schemas.live import BadCursor, Cursor, Position
from schemas.topics import BY_TYPE, TOPICS, owned_by
from schemas.values import EVENT_LIMIT, safe_key

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
PERSON = UUID("0193f3a0-0000-7000-8000-000000000001")
STATE = Duty(id=PERSON, on=True, changed_at=NOW, exercise=True)
ENVELOPE = Envelope(
    id=UUID(int=1),
    type="nl.noaber.duty.v1",
    source="urn:noaber:aid",
    time=NOW,
    key=str(PERSON),
    version=3,
    epoch=2,
    correlation="c",
    exercise=True,
)
RECORD = encode(ENVELOPE, state_bytes(STATE))


def with_header(name: str, value: bytes | None) -> Record:
    headers = [(key, found) for key, found in RECORD.headers if key != name]
    return Record(RECORD.key, RECORD.value, tuple(headers + ([] if value is None else [(name, value)])))


def test_an_event_is_read_back_as_it_was_written() -> None:
    event = decode(RECORD)
    assert event.envelope == ENVELOPE and event.envelope.order == (2, 3)
    assert event.state == STATE
    assert state_bytes(event.state) == RECORD.value


def test_fields_of_a_newer_writer_are_passed_over() -> None:
    value = json.dumps({**json.loads(RECORD.value), "mood": "rested"}).encode()
    assert decode(Record(RECORD.key, value, RECORD.headers)).state == STATE


def test_a_newer_version_is_neither_undecodable_nor_handled() -> None:
    with pytest.raises(NewerVersion, match="duty v2 is newer than v1"):
        decode(with_header("ce_type", b"nl.noaber.duty.v2"))


@pytest.mark.parametrize("name", [name for name, _ in RECORD.headers if name.startswith("ce_")])
def test_a_missing_header_is_undecodable_or_unread(name: str) -> None:
    if name in {"ce_specversion", "ce_subject"}:
        assert decode(with_header(name, None)).state == STATE
        return
    with pytest.raises(Undecodable):
        decode(with_header(name, None))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"another", RECORD.value),
        (RECORD.key, b"[]"),
        (RECORD.key, b"{"),
        (RECORD.key, b"{}"),
        (RECORD.key, b"[" * 100_000),
        (RECORD.key, RECORD.value.replace(b"true", b'"perhaps"', 1)),
        (RECORD.key, b'{"x":"' + b"x" * EVENT_LIMIT + b'"}'),
    ],
)
def test_a_record_that_breaks_the_contract_is_undecodable(key: bytes, value: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(Record(key, value, RECORD.headers))


@given(
    st.binary(), st.binary(), st.dictionaries(st.sampled_from([n for n, _ in RECORD.headers]), st.binary())
)
def test_hostile_bytes_raise_nothing_else(key: bytes, value: bytes, replaced: dict[str, bytes]) -> None:
    headers = tuple({**dict(RECORD.headers), **replaced}.items())
    with pytest.raises((Undecodable, NewerVersion)):
        decode(Record(key, value, headers))


def test_a_state_above_the_limit_is_not_written() -> None:
    about = {f"{number:05}": "x" * 100 for number in range(3_000)}
    state = LogEntry(
        id=UUID(int=2), incident=UUID(int=3), at=NOW, entry=Entry.NOTE, exercise=False, about=about
    )
    with pytest.raises(TooLarge, match="limit is 262144"):
        state_bytes(state)


def test_upcasters_are_applied_one_after_the_other() -> None:
    steps = {("t", 1): lambda data: {**data, "a": 1}, ("t", 2): lambda data: {**data, "b": data["a"] + 1}}
    assert upcast.lift("t", 1, 3, {}, steps) == {"a": 1, "b": 2}
    with pytest.raises(KeyError):
        upcast.lift("t", 1, 4, {}, steps)


def test_every_topic_has_one_owner_and_a_type_of_its_own() -> None:
    assert len(BY_TYPE) == len(TOPICS) == len({topic.name for topic in TOPICS})
    assert {topic.name for topic in owned_by("aid")} == {
        "incidents",
        "log-entries",
        "help-requests",
        "approaches",
        "commitments",
        "duty",
        "lending",
        "aid-seals",
    }


def test_kafka_drops_nothing_but_what_is_over_by_itself_and_that_late() -> None:
    dropped = {each.name: each for each in TOPICS if each.config["cleanup.policy"] != "compact"}
    assert set(dropped) == {"sessions"}
    thirty_days = 30 * 24 * 3600 * 1000
    assert dropped["sessions"].config["cleanup.policy"] == "compact,delete"
    assert dropped["sessions"].config["retention.ms"] == str(thirty_days)


def test_what_a_newer_state_covers_is_dropped_within_a_day_of_the_next_record() -> None:
    assert {each.config["max.compaction.lag.ms"] for each in TOPICS} == {str(24 * 3600 * 1000)}


@given(st.text(max_size=200))
def test_a_hostile_cursor_is_a_bad_cursor_and_nothing_else(text: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(text)


def test_a_cursor_is_read_back() -> None:
    cursor = Cursor("digest", Position({"aid": 1}, 1_700_000_000, {"duty/0": 12}))
    assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize(
    ("text", "safe"), [("a", True), ("a b", False), ("", False), ("é", False), ("a" * 201, False)]
)
def test_an_idempotency_key_is_printable_ascii(text: str, *, safe: bool) -> None:
    assert safe_key(text) is safe


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (name, text)
            for name in ("ce_version", "ce_epoch")
            for text in (b"0", b"-1", b"9" * 19, b"1_0", b" 1")
        ),
        ("ce_epoch", b"9" * 10),
        ("ce_time", b"2026-01-05T07:10:00"),
        ("ce_time", b"9999-12-31T23:59:59+00:00"),
        ("ce_correlationid", b"a\0b"),
        ("ce_source", b"\xff"),
        ("ce_id", b"1"),
    ],
)
def test_a_header_that_no_owner_writes_is_undecodable(name: str, value: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(with_header(name, value))


@pytest.mark.parametrize(
    "more",
    [
        b'"on": NaN',
        b'"mood": Infinity',
        b'"mood": 1e999',
        b'"mood": ' + b"9" * 17,
        b'"mood": -' + b"9" * 5_000,
        b'"mood": "a\\u0000b"',
        b'"a\\u0000b": 1',
        b'"mood": [[{"a": "\\u0000"}]]',
        b'"mood": ' + b"[" * 100_000,
        b'"mood": ' + b'{"a":' * 40_000,
        b'"until": "0001-01-01T00:00:00+14:00"',
        b'"until": "9999-12-31T23:59:59-14:00"',
    ],
)
def test_a_state_that_could_not_be_stored_or_counted_with_is_undecodable(more: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(Record(RECORD.key, RECORD.value[:-1] + b", " + more + b"}", RECORD.headers))


def test_a_backslash_that_only_looks_like_nul_is_text() -> None:
    value = RECORD.value[:-1] + b', "mood": "\\\\u0000"}'
    assert json.loads(value)["mood"] == "\\u0000"
    assert decode(Record(RECORD.key, value, RECORD.headers)).state == STATE


@given(
    st.binary(max_size=300),
    st.lists(st.tuples(st.sampled_from(["ce_type", "ce_time", "ce_id"]), st.binary())),
)
def test_no_bytes_raise_anything_but_undecodable(value: bytes, headers: list[tuple[str, bytes]]) -> None:
    for record in (
        Record(RECORD.key, value, RECORD.headers),
        Record(value, RECORD.value, (*RECORD.headers, *headers)),
    ):
        try:
            decode(record)
        except (Undecodable, NewerVersion):
            continue
