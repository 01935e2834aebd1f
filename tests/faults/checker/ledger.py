"""Journals, outboxes and topics: whole chains, no gaps, and the world heard what was decided."""

from collections import defaultdict
from hashlib import sha256

from tests.faults.checker.facts import OWNER, Facts, Version, kind_of, version_of
from tests.faults.checker.history import Line
from tests.faults.checker.verdict import Verdict

Key = tuple[str, str]


def check_ledger(facts: Facts, verdict: Verdict) -> None:
    """Everything that journals, outboxes and topics must agree on."""
    journal: dict[Key, list[Line]] = defaultdict(list)
    for row in facts.history.journal:
        journal[row["aggregate"], row["key"]].append(row)
    for rows in journal.values():
        _check_chain(sorted(rows, key=lambda row: row["version"]), verdict)
    topics: dict[Key, list[Line]] = defaultdict(list)
    for record in facts.records:
        topics[kind_of(record) or record["topic"], record["key"]].append(record)
    _check_event_ids(facts, verdict)
    whole = _whole_partitions(facts)
    for spot, records in topics.items():
        if spot[0] in OWNER:
            _check_key(spot, records, whole, verdict)
    _check_published(facts, journal, topics, verdict)


def _check_chain(rows: list[Line], verdict: Verdict) -> None:
    """Versions 1, 2, 3 ..., each hash following from the one before and the row's own bytes."""
    before: Line = {"version": 0, "hash": None, "epoch": 0}
    for row in rows:
        ids = {"aggregate": row["aggregate"], "key": row["key"], "version": row["version"]}
        if row["version"] == before["version"]:
            verdict.wrong("version_twice", f"version {row['version']} once", row["payload"], **ids)
        elif row["version"] != before["version"] + 1:
            verdict.wrong("version_gap", f"version {before['version'] + 1}", row["version"], **ids)
        if row["epoch"] < before["epoch"]:
            verdict.wrong("epoch_back", f"epoch {before['epoch']} or later", row["epoch"], **ids)
        if row["previous"] != before["hash"]:
            verdict.wrong("chain_broken", f"previous hash {before['hash']}", row["previous"], **ids)
        linked = sha256(bytes.fromhex(row["previous"] or "") + row["payload"].encode()).hexdigest()
        # Words were taken out of it: what it has to fit then, `noaber verify` knows.
        if linked != row["hash"] and not row.get("redacted"):
            verdict.wrong("chain_broken", f"hash {linked} of previous and payload", row["hash"], **ids)
        before = row


def _check_event_ids(facts: Facts, verdict: Verdict) -> None:
    """An event id stands for one content. A restored owner may decide the same cause anew, as a new epoch."""
    known: dict[tuple[str, str], tuple[object, ...]] = {}
    for record in facts.records:
        headers = record["headers"]
        name = (headers.get("ce_epoch", ""), headers.get("ce_id", ""))
        content = (headers.get("ce_type"), record["key"], headers.get("ce_version"), record["value"])
        if name[1] and known.setdefault(name, content) != content:
            verdict.wrong(
                "event_twice_with_other_content",
                f"always {known[name]}",
                content,
                event=name[1],
                topic=record["topic"],
                partition=record["partition"],
                offset=record["offset"],
            )


def _whole_partitions(facts: Facts) -> set[tuple[str, int]]:
    """Partitions that hold all that was ever said: never emptied, and no hole left by compaction."""
    if facts.history.emptied:
        return set()
    offsets: dict[tuple[str, int], list[int]] = defaultdict(list)
    for record in facts.history.record:
        offsets[record["topic"], record["partition"]].append(record["offset"])
    return {place for place, found in offsets.items() if sorted(found) == list(range(len(found)))}


def _check_key(spot: Key, records: list[Line], whole: set[tuple[str, int]], verdict: Verdict) -> None:
    """Per key: one partition, and versions that rise until a repeat of what stood there already."""
    ids = {"aggregate": spot[0], "key": spot[1]}
    places = sorted({(record["topic"], record["partition"]) for record in records})
    if len(places) > 1:
        verdict.wrong("key_in_two_places", "one topic and partition", places, **ids)
    highest: Version = (0, 0)
    seen: set[str] = set()
    for record in sorted(records, key=lambda each: each["offset"]):
        version, event = version_of(record), record["headers"].get("ce_id", "")
        if version is None:
            continue
        # Published at least once: a relay that dies before it notes so says the same again, which is older
        # than what it said last. Where compaction took records, the first saying may be gone.
        if version < highest and event not in seen and places[0] in whole:
            verdict.wrong(
                "topic_out_of_order",
                f"after {list(highest)} a newer version, or one that was said before",
                list(version),
                **ids,
                offset=record["offset"],
            )
        seen.add(event)
        highest = max(highest, version)
    last = max(records, key=lambda each: each["offset"])
    if version_of(last) not in (highest, None):
        verdict.wrong(
            "topic_went_back",
            f"{list(highest)} as the last record",
            list(version_of(last) or ()),
            **ids,
            offset=last["offset"],
        )


def _check_published(
    facts: Facts, journal: dict[Key, list[Line]], topics: dict[Key, list[Line]], verdict: Verdict
) -> None:
    waiting = {(row["aggregate"], row["key"]) for row in facts.history.outbox}
    for row in facts.history.outbox:
        ids = {"aggregate": row["aggregate"], "key": row["key"], "version": row["version"]}
        verdict.wrong("still_in_outbox", "an empty outbox once all is quiet", row["owner"], **ids)
    for spot, rows in journal.items():
        newest = max(rows, key=lambda row: row["version"])
        ids = {"aggregate": spot[0], "key": spot[1], "version": newest["version"]}
        records = topics.get(spot, [])
        last = max(records, key=lambda each: each["offset"], default=None)
        heard = None if last is None else version_of(last)
        if heard is None or heard[1] != newest["version"]:
            if spot not in waiting:
                verdict.wrong(
                    "not_published", "this version last in the topic, or in the outbox", heard, **ids
                )
        elif last is not None and heard[0] != newest["epoch"] and last["value"] != newest["payload"]:
            # Said anew under the epoch of a restore: another version on the wire, the same bytes.
            verdict.wrong("topic_differs", f"the journal's bytes {newest['payload']}", last["value"], **ids)
    for spot, records in topics.items():
        if spot[0] in facts.journalled:
            by_version = {(row["epoch"], row["version"]): row for row in journal.get(spot, ())}
            for record in records:
                _check_decided(facts, by_version, record, verdict)


def _check_decided(facts: Facts, rows: dict[Version, Line], record: Line, verdict: Verdict) -> None:
    """What the world hears is what the owner wrote down, byte for byte."""
    kind, version = kind_of(record), version_of(record)
    ids = {"aggregate": kind, "key": record["key"], "version": version, "offset": record["offset"]}
    # Topics that were filled anew say old rows under the epoch of then: never under an earlier one.
    known = [each for each in rows if version and each[1] == version[1] and each[0] <= version[0]]
    row = rows[max(known)] if known else None
    if row is None:
        # After a restore the owner has forgotten what its earlier epoch said.
        if not facts.was_restored(kind):
            verdict.wrong("never_decided", "a journal row of this version", record["value"], **ids)
    elif record["value"] != row["payload"]:
        verdict.wrong("topic_differs", f"the journal's bytes {row['payload']}", record["value"], **ids)
    elif record["headers"].get("ce_id") != row["event_id"]:
        verdict.wrong("topic_differs", f"event id {row['event_id']}", record["headers"].get("ce_id"), **ids)
