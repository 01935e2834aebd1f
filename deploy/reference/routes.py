"""The page about HTTP and the websocket, from the documents."""

from collections.abc import Iterator
from html import escape
from importlib import import_module
from typing import Any, Final

from deploy.reference.design_rules import BY_EYE, RULES, SOURCE, operations
from deploy.reference.event_rules import EVENT_RULES
from deploy.reference.html import described, example, kind, page, paragraph, table, text
from schemas.version import VERSION

Json = dict[str, Any]

_ABOUT: Final = {
    "directory": "Organisations, people, signing in, sealed cards, mandates and wake-up lists.",
    "aid": "Incidents, requests for help, who was asked, who comes, duty and lending.",
    "live": "What somebody may see now; changes follow over the websocket.",
}

_BEGIN: Final = (
    "One origin serves pages, interfaces and the websocket. Whoever asks is a person with a session, a "
    "cookie that signing in sets, or a system. What they see and may do follows from who they are.",
    "A system of an organisation reads along with a key that an administrator there makes (Toegang, "
    "Koppelingen) and can end with one tap. `POST /api/directory/systems/token` (OAuth 2.0 client "
    "credentials, as a form or JSON) gives a token of 15 minutes, to be sent as `Authorization: Bearer` "
    "with every `GET` and when the websocket opens. It sees what a colleague without any right sees "
    "there; every command refuses it. When its token is over the socket closes with 4401: ask for another "
    "and go on from the last cursor. The topics of Kafka are for nobody outside: records there are whole, "
    "and only `live` and the routes below leave out what somebody may not see. A demonstration also lets "
    "a machine in as one of its made-up people: `POST /api/directory/demo/sign-in`.",
    "A command is a `POST` with a JSON body of at most 64 KiB and an `Idempotency-Key` of your own. Sent "
    "again by the same person with that key and body within seven days it is carried out once, so repeat it "
    "when no answer came. The answer to a repeat says how things stand by then; where it would hold a secret "
    "it is a 409 (`said_once`). Only what lets somebody in is asked anew each time; the document says of the "
    "key of each route which it is. Ids of new things are UUIDs, made by the client.",
    "A refusal is a problem document (RFC 9457): `code` is stable, `detail` says in Dutch and English what "
    "to do. After a 409 a rule said no; repeating it changes nothing. After a 429 or 503 wait, then "
    "repeat it.",
)


def routes_page(documents: dict[str, Json], asyncapi: Json) -> str:
    """The whole page."""
    return page("HTTP and websocket", "/reference/", _body(documents, asyncapi))


def _body(documents: dict[str, Json], asyncapi: Json) -> Iterator[str]:
    yield f'<p class="lead">Version {VERSION}. For machines: {_for_machines(documents)}.</p>'
    yield '<nav class="here" aria-label="On this page">'
    yield " ".join(f'<a href="#{name}">{name}</a>' for name in (*documents, "websocket", "topics", "rules"))
    yield "</nav>\n<h2>Where to begin</h2>"
    yield from (paragraph(each) for each in _BEGIN)
    yield paragraph("A client of forty lines stands in the README of the source.")
    yield paragraph(
        "`matching`, `clock` and `notification` answer nobody but the telephone's provider; what they do is "
        "heard on the topics."
    )
    usual: Json = {}
    for _, method, operation in operations(documents["aid"]):
        usual.setdefault(method, _problems(operation))
    yield "<h3>What every command may hear</h3>"
    yield _refusals({"responses": usual["post"]}, "Refusals of commands")
    yield paragraph("Who only reads hears of these: " + ", ".join(usual["get"]) + ".")
    for name, document in documents.items():
        yield from _service(name, document, usual)
    yield from _websocket(asyncapi)
    yield from _topics(asyncapi)
    yield from _rules(documents)


def _for_machines(documents: dict[str, Json]) -> str:
    found = [(f"/api/{name}/openapi.json", f"OpenAPI of {name}") for name in documents]
    found.append(("/reference/asyncapi.json", "AsyncAPI"))
    return ", ".join(f'<a href="{where}">{name}</a>' for where, name in found)


def _service(name: str, document: Json, usual: Json) -> Iterator[str]:
    yield f'<h2 id="{name}">{name}</h2>'
    yield paragraph(_about(name))
    for path, method, operation in operations(document):
        yield _operation(name, path, method, operation, usual)
    yield f"<h3>Shapes of {name}</h3>"
    for shape_name, shape in document["components"]["schemas"].items():
        yield f'<h4 id="{name}-{shape_name}">{shape_name}</h4>'
        yield from described(shape, shape_name, name)


def _operation(name: str, path: str, method: str, operation: Json, usual: Json) -> str:
    door = "" if operation["security"] else " <small>needs no session</small>"
    lines = [
        f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code> "
        f"<span>{escape(operation['summary'])}</span>{door}</summary>",
    ]
    if operation["description"] != operation["summary"] + ".":
        lines.append(paragraph(operation["description"]))
    asked = [
        (f"<code>{each['name']}</code>", f"in {each['in']}", kind(each["schema"], name))
        for each in operation.get("parameters", ())
    ]
    if asked:
        lines.append(table(("Parameter", "Where", "Type"), asked, f"Parameters of {method} {path}"))
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body is not None:
        lines.append(f"<p>Body: {kind(body, name)}</p>")
    answer = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
    lines.append(f"<p>Answer: {kind(answer, name)}</p>")
    if _problems(operation) != usual[method]:
        lines.append(_refusals(operation, f"Refusals of {method} {path}"))
    return "\n".join([*lines, "</details>"])


def _about(name: str) -> str:
    """What a service is for: what stands above, or else what it says of itself."""
    return _ABOUT.get(name) or import_module(f"services.{name}").__doc__ or ""


def _problems(operation: Json) -> Json:
    """Status -> answer, of every answer that is a problem."""
    return {status: each for status, each in sorted(operation["responses"].items()) if status >= "400"}


def _refusals(operation: Json, label: str) -> str:
    rows = [(status, text(each["description"])) for status, each in _problems(operation).items()]
    return table(("Status", "When"), rows, label)


def _websocket(asyncapi: Json) -> Iterator[str]:
    channel, parts = asyncapi["channels"]["socket"], asyncapi["components"]
    yield '<h2 id="websocket">Websocket</h2>'
    yield f"<p><code>{channel['address']}</code></p>"
    yield paragraph(channel["description"])
    for name in channel["messages"]:
        message = parts["messages"][name]
        who = "said by the client" if name == "resume" else "said by the platform"
        yield f"<h3>{name} <small>{who}</small></h3>"
        yield paragraph(message["summary"])
        yield example(message["examples"][0]["payload"])


def _topics(asyncapi: Json) -> Iterator[str]:
    yield '<h2 id="topics">Topics</h2>'
    yield paragraph(asyncapi["info"]["description"])
    rows = []
    for name, channel in asyncapi["channels"].items():
        if "kafka" in channel["bindings"]:
            (event,) = channel["messages"]
            link = f'<a href="/reference/events.html#{event}">{event}</a>'
            rows.append((f"<code>{name}</code>", link, text(channel["description"])))
    yield table(("Topic", "Event", "About it"), rows, "Topics")


def _rules(documents: dict[str, Json]) -> Iterator[str]:
    yield '<h2 id="rules">Which rules are kept</h2>'
    yield "<h3>NL API Design Rules 2.2.0</h3>"
    yield f'<p>The documents are held against them by a test. Source: <a href="{SOURCE}">Logius</a>.</p>'
    judged = [(f"<code>{rule.id}</code>", text(rule.says), _verdict(rule.why_not)) for rule in RULES]
    seen = [(f"<code>{each}</code>", text(says), text(how)) for each, says, how in BY_EYE]
    yield table(("Rule", "What it asks", "With us"), [*judged, *seen], "NL API Design Rules")
    yield "<h3>NL GOV profile for CloudEvents 1.1</h3>"
    yield paragraph(
        "Held against the record of every example by a test; the CloudEvents SDK reads each one too."
    )
    kept = [
        (f"<code>{rule.attribute}</code>", text(rule.says), _verdict(rule.why_not)) for rule in EVENT_RULES
    ]
    yield table(("Attribute", "What it asks", "With us"), kept, "NL GOV profile for CloudEvents")


def _verdict(why_not: str) -> str:
    return f"<strong>Differs.</strong> {text(why_not)}" if why_not else "Kept"
