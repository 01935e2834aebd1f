"""Every route for every role, and every place where another's id may be put, against the tables by hand."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.client import Client, Refusal
from deploy.reference.documents import applications
from tests.badinput.parties import ROLES, Parties
from tests.badinput.who_reaches_what import BESIDE, DIRECTORY, FOREIGN, TABLE, Y, heard, with_ids

pytestmark = pytest.mark.timeout(240)


def routes() -> Iterator[tuple[str, str]]:
    for app in applications().values():
        for route in app.routes:
            if route.path not in BESIDE:
                yield from ((method, route.path) for method in route.methods - {"HEAD"})


def test_the_table_has_a_row_for_every_route_and_a_word_for_every_role() -> None:
    assert set(routes()) == set(TABLE)
    assert {len(row) for _, _, row in TABLE.values()} == {len(ROLES)}


def test_every_role_hears_at_every_route_what_the_table_says(parties: Parties, people) -> None:
    wrong: list[str] = []
    clients = {role: Client(people.origin).sign_in(of.person) for role, of in parties.of.items() if of.person}
    clients["nobody"] = Client(people.origin)
    session = clients["helper"].read(f"{DIRECTORY}/me")["session"]
    ids = {**vars(parties), "incident": parties.case.incident, "session": session}
    for (method, path), (target, body, row) in TABLE.items():
        # Who may not is asked first: what somebody who may leaves behind would change the answer.
        for role, expected in sorted(zip(ROLES, row, strict=True), key=lambda each: Y in each[1]):
            place = with_ids(path, target.format(**ids))
            client = clients[role]
            found = heard(client.read(place) if method == "GET" else client.send(place, body(parties)))
            if found not in expected:
                wrong.append(f"{role} at {method} {path}: {found} instead of {expected}")
    for client in clients.values():
        client.__exit__()
    assert not wrong, "\n".join(wrong)


def id_fields() -> Iterator[str]:
    """Every field and parameter, of every documented route, that takes an id."""
    for app in applications().values():
        document = app.openapi()
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                route = f"{method.upper()} {path}"
                for each in operation.get("parameters", ()):
                    if is_id(each["schema"]):
                        yield f"{route} {each['name']}"
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    yield from (f"{route} {name}" for name in fields_of(content["schema"], document))


def is_id(schema: dict[str, Any]) -> bool:
    return (
        schema.get("format") == "uuid"
        or "IBD" in schema.get("pattern", "")
        or any(
            is_id(each)
            for each in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else []))
        )
    )


def fields_of(schema: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, each in schema.get("properties", {}).items():
        if is_id(each):
            yield name
        for inner in (each, each.get("items", {}), *each.get("anyOf", ())):
            if "$ref" in inner:
                yield from fields_of(inner, document)


def test_there_is_a_row_for_every_place_where_an_id_can_be_put() -> None:
    assert set(id_fields()) == set(FOREIGN)


def test_an_id_of_another_organisation_opens_nothing_wherever_it_is_put(parties: Parties) -> None:
    wrong: list[str] = []
    others = parties.of["helper"].read(f"{DIRECTORY}/me")["session"]
    ids = {**vars(parties), "incident": parties.case.incident, "session": others}
    ids |= {"their_incident": parties.theirs.incident}
    for place, trial in FOREIGN.items():
        if isinstance(trial, str):
            continue
        method, path, _ = place.split(" ")
        path = with_ids(path, trial.path.format(**ids))
        client = parties.of[trial.who]
        answer = client.read(path) if method == "GET" else client.send(path, trial.body(parties))
        refused = isinstance(answer, Refusal) and (
            answer.code == trial.answer or str(answer.status) in trial.answer
        )
        if not refused:
            wrong.append(f"{trial.who} at {place}: {str(answer)[:300]}")
    assert not wrong, "\n".join(wrong)
