"""The NL API Design Rules 2.2.0: those that a machine can judge, those that it cannot, and where we differ.

Source: Logius, https://gitdocumentatie.logius.nl/publicatie/api/adr/2.2.0, each rule under `#` and its id;
what is looked at follows the linter that is published with it, whose rules are on no registry.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]

SOURCE: Final = "https://gitdocumentatie.logius.nl/publicatie/api/adr/2.2.0"


@dataclass(frozen=True)
class Rule:
    """`breaches` names every place that does not keep the rule; `why_not` is why there are any, or empty."""

    id: str
    says: str
    breaches: Callable[[Json], Iterator[str]]
    why_not: str = ""


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Every (path, method, operation)."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def properties(node: Any, where: str = "") -> Iterator[tuple[str, Json]]:
    """Every property of every shape, by its place."""
    if isinstance(node, dict):
        for name, shape in (
            node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else ()
        ):
            yield f"{where}.{name}", shape
        for key, value in node.items():
            yield from properties(value, f"{where}.{key}" if where else key)
    elif isinstance(node, list):
        for each in node:
            yield from properties(each, where)


def _answers(document: Json, first_digits: str) -> Iterator[tuple[str, Json]]:
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status[0] in first_digits:
                yield f"{method} {path} {status}", answer


def _no_openapi(document: Json) -> Iterator[str]:
    if not re.fullmatch(r"3(\.\d+){1,2}", document.get("openapi", "")) or not document.get("paths"):
        yield "openapi"


def _dangling(document: Json) -> Iterator[str]:
    for reference in sorted(set(references(document))):
        if not reference.startswith("#/") or not _found(document, reference[2:].split("/")):
            yield reference


def references(node: Any) -> Iterator[str]:
    """Every `$ref`."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def _found(node: Any, steps: list[str]) -> bool:
    for step in steps:
        if not isinstance(node, dict) or step not in node:
            return False
        node = node[step]
    return True


def _no_servers(document: Json) -> Iterator[str]:
    if not document.get("servers"):
        yield "servers"


def _plain_http(document: Json) -> Iterator[str]:
    yield from (each["url"] for each in document.get("servers", ()) if each["url"].startswith("http://"))


def _no_major_version(document: Json) -> Iterator[str]:
    yield from (each["url"] for each in document.get("servers", ()) if not re.search(r"/v\d+$", each["url"]))


def _no_contact(document: Json) -> Iterator[str]:
    if not {"email", "name", "url"} <= set(document["info"].get("contact", ())):
        yield "info.contact"


def _no_semver(document: Json) -> Iterator[str]:
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?", document["info"]["version"]):
        yield document["info"]["version"]


def _no_version_header(document: Json) -> Iterator[str]:
    for place, answer in _answers(document, "23"):
        if "API-Version" not in answer.get("headers", ()):
            yield place


def _trailing_slashes(document: Json) -> Iterator[str]:
    yield from (path for path in document["paths"] if path.endswith("/"))


def _other_methods(document: Json) -> Iterator[str]:
    for path, method, _ in operations(document):
        if method not in {"get", "post", "put", "patch", "delete"}:
            yield f"{method} {path}"


def _no_kebab_case(document: Json) -> Iterator[str]:
    yield from (path for path in document["paths"] if not re.fullmatch(r"(/([a-z0-9-]+|\{[^}]+\}))+", path))


def _no_camel_case(document: Json) -> Iterator[str]:
    for path, method, operation in operations(document):
        for each in operation.get("parameters", ()):
            if each["in"] == "query" and not re.fullmatch(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*", each["name"]):
                yield f"{method} {path} {each['name']}"


def _odd_shapes(document: Json) -> Iterator[str]:
    shapes = document["components"]["schemas"]
    yield from (name for name in shapes if not re.fullmatch(r"([A-Z][a-z0-9]*)+", name))


def _no_problem(document: Json) -> Iterator[str]:
    for place, answer in _answers(document, "45"):
        content = answer.get("content", {})
        if "application/problem+json" not in content and not _is_of_oauth(content):
            yield place


def _is_of_oauth(content: Json) -> bool:
    """Its standard prescribes another media type, in which the members of a problem stand beside its own."""
    shape = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return bool(shape.endswith("/TokenRefused"))


def _poor_problem(document: Json) -> Iterator[str]:
    shape = document["components"]["schemas"].get("Problem", {}).get("properties", {})
    yield from ({"status", "title", "detail"} - set(shape))


def _detail_is_no_text(document: Json) -> Iterator[str]:
    if document["components"]["schemas"]["Problem"]["properties"]["detail"].get("type") != "string":
        yield "Problem.detail"


def _no_bad_request(document: Json) -> Iterator[str]:
    for path, method, operation in operations(document):
        if (method != "get" or operation.get("parameters")) and "400" not in operation["responses"]:
            yield f"{method} {path}"


def _no_zone(document: Json) -> Iterator[str]:
    local = {"date-time-local", "time"}
    yield from (place for place, shape in properties(document) if shape.get("format") in local)


def _dates_without_format(document: Json) -> Iterator[str]:
    for place, shape in properties(document):
        name = place.rpartition(".")[2]
        if re.search(r"^(date|datum)$|(\w+D|_[dD])(ate|atum)", name) and shape.get("format") != "date":
            yield place


RULES: Final = (
    Rule("/core/doc-openapi", "Documentation is an OpenAPI document, version 3 or later.", _no_openapi),
    Rule("/core/doc-openapi", "Every $ref in it leads somewhere.", _dangling),
    Rule("/core/doc-openapi", "It says at which server.", _no_servers),
    Rule(
        "/core/doc-openapi-contact",
        "It says whom to ask.",
        _no_contact,
        "Everybody runs an installation of their own; the source does not know who answers for it.",
    ),
    Rule(
        "/core/uri-version",
        "The address has the major version.",
        _no_major_version,
        "Pages and interface leave the house together as 0.x, which promises nothing yet. With 1.0 the "
        "addresses get /v1; until then API-Version says what answered.",
    ),
    Rule("/core/semver", "The version is a semantic one.", _no_semver),
    Rule("/core/version-header", "Every answer has API-Version.", _no_version_header),
    Rule("/core/no-trailing-slash", "No path ends with a slash.", _trailing_slashes),
    Rule("/core/http-methods", "Only standard methods.", _other_methods),
    Rule("/core/path-segments-kebab-case", "Paths are in kebab-case.", _no_kebab_case),
    Rule("/core/query-keys-camel-case", "Query keys are in lowerCamelCase.", _no_camel_case),
    Rule("nlgov:schema-camel-case (its linter)", "Names of shapes are in UpperCamelCase.", _odd_shapes),
    Rule("/core/transport/tls", "No server over plain HTTP.", _plain_http),
    Rule("/core/error-handling/problem-details", "Errors are problem documents.", _no_problem),
    Rule("/core/error-handling/problem-details", "They have status, title and detail.", _poor_problem),
    Rule(
        "/core/error-handling/problem-details",
        "Their detail is one text (RFC 9457, 3.1.4).",
        _detail_is_no_text,
        "Whoever reads it is in a crisis and has one of two languages; detail holds both, under nl and en.",
    ),
    Rule("/core/error-handling/invalid-input", "Whatever takes input can answer 400.", _no_bad_request),
    Rule("/core/date-time/format", "Moments have a time zone.", _no_zone),
    Rule("/core/date-time/date-omit-time-portion", "Dates are dates.", _dates_without_format),
)
"""Checked against every OpenAPI document."""

BY_EYE: Final = (
    (
        "/core/naming-resources",
        "Nouns for resources.",
        "Differs for commands: their last part is a verb, such as /requests/{id}/claim or /sign-out, as "
        "/core/resource-operations allows in exceptional cases; here it is the usual one. What is read has "
        "nouns, but for /me.",
    ),
    (
        "/core/naming-collections",
        "Collections in the plural.",
        "Differs for two that hold several: /push (one's devices) and /cards/asked (who waits). The others "
        "are kept: /incidents, /people, /sessions, /passkeys.",
    ),
    (
        "/core/hide-implementation",
        "Nothing of what is underneath.",
        "Differs in one thing: the version of a row is [epoch, version, join], since whoever merges a "
        "snapshot and deltas must know what a restore and a new audience do. A cursor is one text that "
        "a client only gives back; tables, topics and frameworks are in no answer.",
    ),
    (
        "/core/stateless",
        "No session state on the server.",
        "Differs, on purpose: a session stands in a table and every service knows it, so that a stolen "
        "one ends everywhere at once. The use of a sealed card waits in memory of the directory for a second "
        "person. What somebody looks at, and where they are in a form, stays with them.",
    ),
    (
        "/core/nested-child",
        "What exists only within something stands under it.",
        "Differs in part: log, guests and services stand under their incident, people and mandates under "
        "their organisation. Requests, approaches and commitments are read by their own id, and /colleagues "
        "and /wake-list take their organisation as a parameter.",
    ),
    (
        "/core/http-response-code",
        "The status that fits.",
        "Differs in one thing: what makes something new answers 200 and not 201, since the answer is the row "
        "itself and its id is the sender's own. Refusals are told apart: 400, 401, 403, 404, 405, 408, 409, "
        "413, 415, 422, 429 and 503, without anything of the inside.",
    ),
    (
        "/core/error-handling/all-errors",
        "Everything that is wrong with the input, at once.",
        "Kept, and tested: facts.fields names each field of a body or address that is wrong. What is judged "
        "before the body is read, such as its size or key, comes alone.",
    ),
    (
        "/core/date-time/timezone",
        "Any offset comes in, UTC goes out.",
        "Kept: a moment with any offset is taken and stored and told in UTC; one without is a 400. The place "
        "of an offset matters to nobody here.",
    ),
    (
        "/core/deprecation-schedule",
        "A schedule for what will go.",
        "Differs: there is none, since nothing was ever withdrawn. Until 1.0 what changes for who builds on "
        "it stands in CHANGELOG.md alone.",
    ),
    (
        "/core/transition-period",
        "An old major version stays for a fixed time.",
        "Differs until there are major versions (see /core/uri-version). An older type of an event is read "
        "for as long as its topic holds one.",
    ),
    (
        "/core/changelog",
        "A changelog for every version.",
        "Kept: CHANGELOG.md in the source; pages and interfaces have one version, so one list.",
    ),
    (
        "/core/modules/geospatial",
        "The geospatial module for places.",
        "Differs: an organisation has latitude and longitude (WGS 84) as two numbers, to put a dot on a map. "
        "No GeoJSON, no other systems of coordinates and no question by area.",
    ),
    (
        "/core/modules/signing, /core/modules/encryption",
        "These modules for payloads that are signed or encrypted.",
        "Not applicable: no payload is signed or encrypted between client and server; TLS does both. The "
        "signature of a passkey is WebAuthn's, over a challenge and not over a body.",
    ),
    (
        "/core/interface-language, /core/doc-language",
        "Dutch, unless there is an English glossary.",
        "Differs: names are English, as in the code, so that they serve other countries too; the table of "
        "words in the README gives the Dutch of each. People read Dutch and English on the pages.",
    ),
    (
        "/core/lang-code",
        "Text in several languages is a list of language and value.",
        "Differs: two languages are always there, so they are two fields, nl and en.",
    ),
    (
        "/core/resource-operations",
        "Operations are sub-resources.",
        "Kept in its third way: a command is a verb under what it is about, such as /requests/{id}/claim. "
        "What it made is read where it belongs.",
    ),
    (
        "/core/publish-openapi",
        "openapi.json under the base path, for everybody, with CORS.",
        "Kept, and tested: /api/directory/openapi.json, /api/aid/openapi.json, /api/live/openapi.json.",
    ),
    (
        "/core/http-safety",
        "GET reads only; what may be repeated has the same effect.",
        "Kept. More than the rule asks: what somebody who is signed in sends as a POST is carried out once "
        "with its Idempotency-Key for seven days, also while it is being carried out. Not remembered is what "
        "nobody or nothing stands behind yet: asking for a challenge, signing in, opening a card or a link. "
        "Each of those says so in the documents.",
    ),
    (
        "/core/transport/security-headers",
        "Security headers on every answer.",
        "Kept, and tested at the gateway, but for X-Frame-Options: frame-ancestors in Content-Security-"
        "Policy says it.",
    ),
    (
        "/core/transport/cors",
        "Other origins only from a list.",
        "Kept: there is no list; only the documents above may be read from elsewhere.",
    ),
    (
        "/core/transport/no-sensitive-uris",
        "Nothing sensitive in addresses.",
        "Kept: secrets stand in bodies, cookies and the part after #, which browsers do not send.",
    ),
)
"""Rules that no machine can judge from the documents: id (or ids), what it says, and how it is with us."""
