"""The catalogue of events: what each one says about the world, who sees which field, and an example."""

from collections.abc import Iterator
from typing import Any, Final

from deploy.reference.html import described, example, kind, page, paragraph, table, text
from schemas.asyncapi import HEADERS, example_headers, example_of
from schemas.state import Row
from schemas.topics import TOPICS, Topic
from schemas.visibility import field_levels

Json = dict[str, Any]

_INTRODUCTION: Final = (
    "A record carries the full new state of one aggregate, so its newest record is all one needs. Its key "
    "is the aggregate's id. An event that viewers see as a row says of each field the lowest level that "
    "sees it: public, asked, partner, coordinator, own; a field without one never leaves the services."
)


def events_page(asyncapi: Json) -> str:
    """The whole page."""
    return page("Events", "/reference/events.html", _body(asyncapi))


def _body(asyncapi: Json) -> Iterator[str]:
    yield f'<p class="lead">{text(_INTRODUCTION)}</p>'
    links = " ".join(f'<a href="#{topic.state.TYPE}">{topic.state.TYPE}</a>' for topic in TOPICS)
    yield f'<nav class="here" aria-label="Events">{links}</nav>'
    yield "<h2>Headers of every record</h2>"
    rows = [(f"<code>{name}</code>", text(says)) for name, (_, says) in HEADERS.items()]
    yield table(("Header", "What it says"), rows, "Headers")
    for topic in TOPICS:
        yield from _event(topic, asyncapi["components"]["schemas"])
    yield "<h2>Shapes in events</h2>"
    states = {topic.state.__name__ for topic in TOPICS}
    for name, shape in asyncapi["components"]["schemas"].items():
        if name not in states:
            yield f'<h3 id="shape-{name}">{name}</h3>'
            yield from described(shape, name, "shape")


def _event(topic: Topic, shapes: Json) -> Iterator[str]:
    state = topic.state
    yield f'<h2 id="{state.TYPE}">{state.TYPE}</h2>'
    yield f"<p><code>{state.event_type()}</code> on <code>{topic.name}</code>, by {topic.owner}</p>"
    yield paragraph(state.__doc__ or "")
    levels = field_levels(state) if issubclass(state, Row) else {}
    rows = [
        (
            f"<code>{name}</code>",
            kind(shape, "shape"),
            f"from {levels[name].value}" if name in levels else "",
            text(shape.get("description", "")),
        )
        for name, shape in shapes[state.__name__]["properties"].items()
    ]
    yield table(("Field", "Type", "Seen", "What it says"), rows, f"Fields of {state.TYPE}")
    yield "<details><summary>Example</summary>"
    yield example(example_headers(topic))
    yield example(example_of(topic))
    yield "</details>"
