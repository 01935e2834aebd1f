"""The reference is fresh, complete, and keeps the rules it says it keeps; where it differs, it truly does."""

import copy
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import schemathesis

from deploy.reference.__main__ import FOLDER, files, main
from deploy.reference.design_rules import BY_EYE, RULES, SOURCE, Rule, operations
from deploy.reference.documents import openapi
from deploy.reference.event_rules import EVENT_RULES, EventRule
from deploy.reference.html import text
from deploy.stack import SERVICES
from schemas.asyncapi import example_headers
from schemas.component_names import component_name, renamed
from schemas.export import ROOT
from schemas.topics import TOPICS
from schemas.version import VERSION

DOCUMENTS = openapi()

every_document = pytest.mark.parametrize("service", DOCUMENTS)


def test_the_reference_is_fresh() -> None:
    assert main(["--check"]) == 0


def test_every_service_that_people_reach_is_described() -> None:
    # Of `notification` only the telephone's provider reaches anything.
    reached = {each.name for each in SERVICES if each.reached} - {"notification"}
    assert openapi().keys() == reached, "deploy/reference/documents.py: applications"


def test_nothing_else_stands_beside_it() -> None:
    found = {path.relative_to(ROOT) for path in (ROOT / FOLDER).iterdir()}
    assert found == {*files(), FOLDER / "style.css"}


def test_check_names_what_is_stale_and_writes_nothing(tmp_path: Path, capsys: Any) -> None:
    assert main(["--check"], tmp_path) == 1
    assert str(FOLDER / "index.html") in capsys.readouterr().err
    assert not (tmp_path / FOLDER).exists()
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


@every_document
def test_a_document_is_openapi_3_1(service: str) -> None:
    document = copy.deepcopy(DOCUMENTS[service])
    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()


@every_document
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_a_design_rule_is_kept_or_the_difference_is_named(service: str, rule: Rule) -> None:
    assert bool(list(rule.breaches(DOCUMENTS[service]))) == bool(rule.why_not)


STANDARD = """
/core/changelog /core/date-time/date-omit-time-portion /core/date-time/format /core/date-time/timezone
/core/deprecation-schedule /core/doc-language /core/doc-openapi /core/doc-openapi-contact
/core/error-handling/all-errors /core/error-handling/invalid-input /core/error-handling/problem-details
/core/hide-implementation /core/http-methods /core/http-response-code /core/http-safety
/core/interface-language /core/lang-code /core/modules/encryption /core/modules/geospatial
/core/modules/signing /core/naming-collections /core/naming-resources /core/nested-child
/core/no-trailing-slash /core/path-segments-kebab-case /core/publish-openapi /core/query-keys-camel-case
/core/resource-operations /core/semver /core/stateless /core/transition-period /core/transport/cors
/core/transport/no-sensitive-uris /core/transport/security-headers /core/transport/tls /core/uri-version
/core/version-header
"""
"""Every rule of the standard, technical and functional, with its three modules."""


def test_every_design_rule_has_a_verdict_and_none_is_judged_by_machine_and_by_eye() -> None:
    by_machine = {rule.id for rule in RULES if rule.id.startswith("/core/")}
    by_eye = [each for ids, _, _ in BY_EYE for each in ids.split(", ")]
    assert sorted(by_machine) + sorted(by_eye) == sorted(by_machine) + sorted(
        set(STANDARD.split()) - by_machine
    )
    assert all(how.startswith(("Kept", "Differs", "Not applicable")) for _, _, how in BY_EYE)


def broken(change: str) -> dict[str, Any]:
    """A small document that breaks one rule."""
    path = {
        "slash": "/api/things/",
        "case": "/api/manyThings",
    }.get(change, "/api/things")
    responses = {
        "200": {"headers": {} if change == "version header" else {"API-Version": {}}},
        "400": {"content": {"text/html" if change == "problem" else "application/problem+json": {}}},
    }
    if change == "bad request":
        del responses["400"]
    query = "many_things" if change == "query" else "things"
    operation = {"responses": responses, "parameters": [{"name": query, "in": "query"}]}
    detail = {"type": "object" if change == "detail" else "string"}
    problem = {"title": {}, "detail": detail} | ({} if change == "members" else {"status": {}})
    shape: dict[str, Any] = {"due_date": {"format": "date-time" if change == "date" else "date"}}
    shape["at"] = {"format": "time" if change == "zone" else "date-time"}
    if change == "reference":
        shape["lost"] = {"$ref": "#/components/schemas/Lost"}
    return {
        "openapi": "2.0" if change == "openapi" else "3.1.0",
        "info": {
            "version": "1.0" if change == "semver" else "1.0.0",
            "contact": {} if change == "contact" else {"name": "", "url": "", "email": ""},
        },
        "servers": {
            "servers": [],
            "major": [{"url": "https://example.nl/api"}],
            "http": [{"url": "http://example.nl/api/v1"}],
        }.get(change, [{"url": "https://example.nl/api/v1"}]),
        "paths": {path: {"trace" if change == "method" else "post": operation}},
        "components": {
            "schemas": {
                "Problem": {"properties": problem},
                "my_thing" if change == "shape" else "Thing": {"properties": shape},
            }
        },
    }


def test_a_document_that_keeps_every_rule_breaks_none() -> None:
    assert [found for rule in RULES for found in rule.breaches(broken("nothing"))] == []


CHANGES = (
    *("openapi", "reference", "servers", "contact", "major", "semver", "version header", "slash", "method"),
    *("case", "query", "shape", "http", "problem", "members", "detail", "bad request", "zone", "date"),
)
"""What breaks each rule, in their order."""


@pytest.mark.parametrize(("change", "rule"), list(zip(CHANGES, RULES, strict=True)), ids=CHANGES)
def test_what_breaks_a_rule_is_seen_by_that_rule(change: str, rule: Rule) -> None:
    assert list(rule.breaches(broken(change)))


@pytest.mark.parametrize("rule", EVENT_RULES, ids=lambda rule: rule.says)
def test_an_event_rule_is_kept_or_the_difference_is_named(rule: EventRule) -> None:
    found = {topic.name: list(rule.breaches(example_headers(topic))) for topic in TOPICS}
    assert {name for name, breaches in found.items() if breaches} == (set(found) if rule.why_not else set())


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce_id", None),
        ("ce_correlation_id", "x"),
        ("ce_subject", ""),
        ("ce_specversion", "0.3"),
        ("ce_type", "help_request"),
        ("ce_source", "aid"),
        ("ce_source", "urn:noaber:aid"),
        ("ce_time", "2020-12-01 08:10"),
        ("content-type", "text/plain"),
        ("ce_dataschema", None),
        ("ce_sequence", None),
    ],
)
def test_a_record_that_breaks_an_event_rule_is_seen(header: str, value: str | None) -> None:
    more = {"ce_source": "urn:nld:oin:1:aid", "ce_dataschema": "urn:x", "ce_sequence": "1"}
    good = {**example_headers(TOPICS[0]), **more}
    assert [found for rule in EVENT_RULES for found in rule.breaches(good)] == []
    bad = {name: each for name, each in {**good, header: value}.items() if each is not None}
    assert [found for rule in EVENT_RULES for found in rule.breaches(bad)]


PAGES = {path.name: text for path, text in files().items()}
HTML = ("index.html", "events.html")


def _part(opening: str, until: str) -> str:
    """What stands on the page of routes behind an opening that is there once."""
    _, found, behind = PAGES["index.html"].partition(opening)
    assert found and opening not in behind, opening
    return behind.partition(until)[0]


@every_document
def test_a_route_on_the_page_says_who_may_what_it_takes_and_what_it_answers(service: str) -> None:
    usual = {
        "post": _part("What every command may hear", "<h2").partition("Who only reads")[0],
        "get": _part("Who only reads hears of these", "</p>"),
    }
    for path, method, operation in operations(DOCUMENTS[service]):
        told = _part(f"<b>{method.upper()}</b> <code>{path}</code>", "</details>")
        assert ("needs no session" in told) == (not operation["security"]), path
        assert all(f"<code>{each['name']}</code>" in told for each in operation.get("parameters", ())), path
        for what, holder in (
            ("Body", operation.get("requestBody")),
            ("Answer", operation["responses"]["200"]),
        ):
            for name in re.findall(r'"#/components/schemas/(\w+)"', str(_json(holder)).replace("'", '"')):
                assert (
                    f'href="#{service}-{name}"' in told.partition(f"<p>{what}: ")[2].partition("</p>")[0]
                ), path
        refusals = told.partition("Refusals of")[2] or usual[method]
        refused = {status for status in operation["responses"] if status >= "400"}
        assert set(re.findall(r"\b[45]\d\d\b", refusals)) == refused, path


def _json(holder: dict[str, Any] | None) -> Any:
    return (holder or {}).get("content", {}).get("application/json", {}).get("schema")


@every_document
def test_a_shape_on_the_page_has_all_its_fields_and_says_which_may_be_absent(service: str) -> None:
    for name, shape in DOCUMENTS[service]["components"]["schemas"].items():
        told = _part(f'<h4 id="{service}-{name}">', "<h4")
        for field in shape.get("properties", ()):
            said = told.partition(f"<td><code>{field}</code>")
            assert said[1], (name, field)
            absent = said[2].startswith(" <small>may be absent</small>")
            assert absent == (field not in shape.get("required", ())), (name, field)


def test_every_event_stands_in_the_catalogue_and_every_frame_has_its_example() -> None:
    for topic in TOPICS:
        assert f'<h2 id="{topic.state.TYPE}">' in PAGES["events.html"]
        assert f'"ce_type": "{topic.state.event_type()}"' in PAGES["events.html"]
    frames = json.loads(PAGES["asyncapi.json"])["channels"]["socket"]["messages"]
    assert all('"type"' in _part(f"<h3>{name} <small>", "<h") for name in frames)


def test_each_rule_that_is_not_kept_is_said_to_differ() -> None:
    for rule in RULES:
        verdict = _part(f"<td>{text(rule.says)}</td><td>", "</td>")
        assert verdict.startswith("<strong>Differs.</strong>") == bool(rule.why_not), rule.says


def test_a_page_is_in_english_loads_nothing_from_elsewhere_and_every_link_leads_somewhere() -> None:
    served = {"/icon.svg", "/reference/", "/reference/style.css"}
    served |= {f"/reference/{name}" for name in PAGES} | {f"/api/{name}/openapi.json" for name in DOCUMENTS}
    anchors = {name: re.findall(r' id="([^"]+)"', PAGES[name]) for name in HTML}
    for name in HTML:
        assert '<html lang="en">' in PAGES[name] and not re.search(r"<script| src=", PAGES[name])
        assert len(anchors[name]) == len(set(anchors[name]))
        assert all(each.startswith('href="/') for each in re.findall(r"<link [^>]*?(href=\S+)", PAGES[name]))
        for link in re.findall(r'href="([^"]+)"', PAGES[name]):
            page, _, anchor = link.partition("#")
            assert page in {"", SOURCE, *served}, link
            assert not anchor or anchor in anchors[page.rpartition("/")[2] or name], link


def test_what_stands_in_a_document_never_becomes_part_of_the_page() -> None:
    assert text("`a<b>` & <script>") == "<code>a&lt;b&gt;</code> &amp; &lt;script&gt;"


def test_a_shape_is_called_by_one_word() -> None:
    assert component_name("Act-Input") == "ActInput"
    assert component_name("schemas__mandate__Act") == "MandateAct"
    assert component_name("HelpRequest") == "HelpRequest"


def test_two_shapes_that_would_get_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="one name"):
        renamed({"components": {"schemas": {"Act-Input": {}, "ActInput": {}}}})
