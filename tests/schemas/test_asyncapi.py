"""The AsyncAPI document names every topic, event, header, frame and close code, as the platform has them."""

import pytest
from jsonschema import Draft7Validator

from schemas import asyncapi, live
from schemas.asyncapi import HEADERS, document, example_headers
from schemas.events.duty import Duty
from schemas.live import Delta, Heartbeat, Hello, Reset, Resume
from schemas.topics import TOPICS, Topic
from services.runtime.who import COOKIE, HOST_ONLY

DOCUMENT = document()

every_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.state.TYPE)


@every_topic
def test_a_topic_has_its_partitions_and_its_event(topic: Topic) -> None:
    channel = DOCUMENT["channels"][topic.name]
    assert channel["bindings"]["kafka"]["partitions"] == topic.partitions
    assert topic.owner in channel["description"] and topic.dead_letters in channel["description"]
    (message,) = channel["messages"].values()
    event = DOCUMENT["components"]["messages"][message["$ref"].rpartition("/")[2]]
    assert event["name"] == topic.state.event_type()
    assert DOCUMENT["operations"][f"publish-{topic.name}"]["action"] == "send"


@every_topic
def test_the_headers_that_are_documented_are_those_that_are_written(topic: Topic) -> None:
    assert list(example_headers(topic)) == list(HEADERS)
    (trait,) = DOCUMENT["components"]["messageTraits"].values()
    assert trait["headers"]["required"] == list(HEADERS)


@every_topic
def test_an_example_fits_its_shape_and_its_headers(topic: Topic) -> None:
    parts = DOCUMENT["components"]
    event = parts["messages"][f"{topic.state.TYPE}.v{topic.state.VERSION}"]
    (example,) = event["examples"]
    Draft7Validator({**event["payload"], "components": parts}).validate(example["payload"])
    Draft7Validator(parts["messageTraits"]["cloudevent"]["headers"]).validate(example["headers"])


def test_an_event_that_is_called_like_a_shape_within_another_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = type("Offer", (Duty,), {"TYPE": "offer"})
    monkeypatch.setattr(asyncapi, "TOPICS", (*TOPICS, Topic("offers", "aid", state)))
    with pytest.raises(ValueError, match="called Offer: name the class otherwise"):
        document()


def test_nothing_is_documented_that_is_no_topic() -> None:
    assert set(DOCUMENT["channels"]) == {"socket", *(topic.name for topic in TOPICS)}


def test_every_frame_has_an_example_that_is_one() -> None:
    messages = DOCUMENT["components"]["messages"]
    for frame in (Hello, Delta, Heartbeat, Reset, Resume):
        (example,) = messages[frame.__name__.lower()]["examples"]
        assert frame.model_validate(example["payload"]).model_dump(mode="json") == example["payload"]
    assert DOCUMENT["operations"]["hear-where-a-page-was"]["action"] == "receive"


def test_every_close_code_is_explained() -> None:
    codes = {str(value) for name, value in vars(live).items() if name.startswith("CLOSE_")}
    said = DOCUMENT["channels"]["socket"]["description"]
    assert len(codes) > 5 and {code for code in codes if f"{code}: " in said} == codes


def test_the_cookie_is_the_one_that_is_set() -> None:
    session = DOCUMENT["components"]["securitySchemes"]["session"]
    assert session["name"] == HOST_ONLY and f"`{COOKIE}`" in session["description"]
