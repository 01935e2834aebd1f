"""Our records are CloudEvents in Kafka's binary mode: the SDK reads them, and writes the same ones."""

import json

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event
from cloudevents.core.exceptions import CloudEventValidationError

from schemas.asyncapi import envelope_of_example, example_of
from schemas.codec import Record, decode, encode, state_bytes
from schemas.topics import TOPICS, Topic

every_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.state.TYPE)


def record_of(topic: Topic) -> Record:
    state = topic.state.model_validate(example_of(topic))
    return encode(envelope_of_example(topic), state_bytes(state))


def message_of(record: Record) -> KafkaMessage:
    return KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)


@every_topic
def test_the_sdk_reads_from_a_record_what_we_meant(topic: Topic) -> None:
    envelope = envelope_of_example(topic)
    event = from_binary_event(message_of(record_of(topic)))
    assert (event.get_specversion(), event.get_datacontenttype()) == ("1.0", "application/json")
    assert (event.get_id(), event.get_type()) == (str(envelope.id), envelope.type)
    assert (event.get_source(), event.get_time()) == (envelope.source, envelope.time)
    assert event.get_subject() == event.get_extension("partitionkey") == envelope.key
    extensions = {
        name: event.get_extension(name) for name in ("version", "epoch", "correlationid", "exercise")
    }
    assert extensions == {
        "version": "3",
        "epoch": "1",
        "correlationid": envelope.correlation,
        "exercise": "true" if envelope.exercise else "false",
    }
    assert event.get_data() == example_of(topic)


@every_topic
def test_we_read_what_the_sdk_writes(topic: Topic) -> None:
    record = record_of(topic)
    written = to_binary_event(from_binary_event(message_of(record)))
    # The key travels as Kafka's key; beside that the SDK repeats it as a header of an extension.
    headers = {name: value for name, value in written.headers.items() if name != "ce_partitionkey"}
    assert set(headers) == set(dict(record.headers))
    value = written.value if isinstance(written.value, bytes) else str(written.value).encode()
    key = written.key.encode() if isinstance(written.key, str) else record.key
    again = decode(Record(key, value, tuple(headers.items())))
    assert again == decode(record)
    assert json.loads(value) == json.loads(record.value)


@pytest.mark.parametrize("header", ["ce_source", "ce_type"])
def test_the_sdk_refuses_a_record_without_what_must_be_there(header: str) -> None:
    record = record_of(TOPICS[0])
    message = KafkaMessage(
        headers={name: value for name, value in record.headers if name != header},
        key=record.key,
        value=record.value,
    )
    with pytest.raises(CloudEventValidationError):
        from_binary_event(message)
