"""Planted bugs in what owners keep and publish: gaps, broken chains, lost and old and other records."""

from tests.faults.books import FIRST, HELD, INCIDENT, REQUEST, SECOND, name
from tests.faults.checker import History
from tests.faults.planting import plant
from tests.faults.small_history import records, rows, told


@plant("not_published", "last in the topic", aggregate="help_request", key=REQUEST)
def dropped_outbox_row() -> History:
    history = told().finish()
    history.record.remove(records(history, REQUEST)[-1])
    return history


@plant("still_in_outbox", "an empty outbox", aggregate="help_request", key=REQUEST)
def left_in_the_outbox() -> History:
    history = dropped_outbox_row()
    newest = rows(history, "help_request", REQUEST)[-1]
    history.add("outbox", **{name: newest[name] for name in ("owner", "aggregate", "key", "version")})
    return history


@plant("version_gap", "version 2", aggregate="help_request", key=REQUEST, version=3)
def version_gap() -> History:
    history = told().finish()
    history.journal.remove(rows(history, "help_request", REQUEST)[1])
    return history


@plant("chain_broken", "hash ", aggregate="incident", key=INCIDENT, version=1)
def chain_broken() -> History:
    history = told().finish()
    row = rows(history, "incident", INCIDENT)[0]
    row["payload"] = row["payload"].replace("0570", "0571")
    return history


@plant("event_twice_with_other_content", "always", topic="commitments", offset=500)
def other_content() -> History:
    history = told().finish()
    (record,) = records(history, HELD)
    changed = {**record, "offset": 500, "value": record["value"].replace(SECOND, FIRST) + " "}
    history.record.append(changed)
    return history


@plant("topic_went_back", "[1, 3] as the last", aggregate="help_request", key=REQUEST)
def topic_went_back() -> History:
    history = told().finish()
    old = records(history, REQUEST)[0]
    history.record.append({**old, "offset": old["offset"] + 500})
    return history


@plant("topic_out_of_order", "after [1, 2]", aggregate="help_request", key=REQUEST)
def overtaken() -> History:
    history = told().finish()
    old, new, *_ = records(history, REQUEST)
    old["offset"], new["offset"] = new["offset"], old["offset"]
    return history


@plant("never_decided", "a journal row", aggregate="commitment", key=HELD)
def never_decided() -> History:
    history = told().finish()
    (record,) = records(history, HELD)
    headers = {**record["headers"], "ce_id": name(803), "ce_version": "2"}
    history.record.append({**record, "offset": record["offset"] + 1, "headers": headers})
    return history


@plant("key_in_two_places", "one topic and partition", key=REQUEST)
def two_partitions() -> History:
    history = told().finish()
    record = records(history, REQUEST)[-1]
    history.record.append({**record, "partition": 1})
    return history


@plant("counts_differ", "'final': 1", key=REQUEST, version=4)
def counts_differ() -> History:
    books = told()
    counts = {"open": 1, "reserved": 0, "final": 0}
    books.deed(name(804), ("help_request", {**books.newest("help_request", REQUEST), "counts": counts}))
    return books.finish()


@plant("version_twice", "version 2 once", key=REQUEST, version=2)
def version_twice() -> History:
    history = told().finish()
    history.journal.append({**rows(history, "help_request", REQUEST)[1]})
    return history


@plant("epoch_back", "epoch 2 or later", key=REQUEST, version=2)
def epoch_back() -> History:
    history = told().finish()
    rows(history, "help_request", REQUEST)[0]["epoch"] = 2
    return history


@plant("chain_broken", "previous hash", key=REQUEST, version=2)
def row_hung_elsewhere() -> History:
    history = told().finish()
    rows(history, "help_request", REQUEST)[1]["previous"] = "00" * 32
    return history


@plant("topic_differs", "the journal's bytes", key=HELD)
def other_bytes_published() -> History:
    history = told().finish()
    (record,) = records(history, HELD)
    record["value"] += " "
    return history


@plant("topic_differs", "event id", key=HELD)
def other_id_published() -> History:
    history = told().finish()
    (record,) = records(history, HELD)
    record["headers"]["ce_id"] = name(811)
    return history


@plant("not_judged", "of a known shape", look="check_promises")
def state_of_no_known_shape() -> History:
    history = told().finish()
    (row,) = rows(history, "commitment", HELD)
    row["payload"] = row["payload"].replace('"lender"', '"borrower of"')
    return history
