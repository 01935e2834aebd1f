"""All text is data: scripts, markup and what turns a line around are stored, and shown as they are."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from deploy.client import Client, Refusal, new_id
from deploy.running import Running
from services.directory.rules.fictitious import NAMESPACE, PERSONAS
from tests.browser.node_script import run_script
from tests.journey.case import approached, moment
from tests.journey.cast import done
from tests.journey.waiting import until

HOSTILE = (
    '<script data-planted>window.executed = "script"</script>',
    "<img data-planted src=x onerror=\"window.executed = 'img'\">",
    "<svg data-planted onload=\"window.executed = 'svg'\">",
    '"><iframe data-planted src="javascript:parent.executed=1"></iframe>',
    "javascript:window.executed='link'//",
    "{{constructor.constructor('window.executed=1')()}} ${window.executed=1} {@html 1}",
    "\u202egnp.exe\u202c \u200b\u200d\ufeff\u2066 left \u2069",
    "</textarea></title></style><b data-planted>vet</b>",
)
ALL = " ".join(HOSTILE)
"""What goes into every field, whole where the field is long enough."""

SHORT = '<img data-planted src=x onerror="executed=1">'
"""For fields of 80 characters; names of products are kept in small letters."""


def persona(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


@pytest.fixture(scope="module")
def people(platform: Running) -> Iterator[dict[str, Client]]:
    names = [each.name for each in PERSONAS]
    made = {name: Client(platform.platform.origin).sign_in(persona(name)) for name in names}
    yield made
    for client in made.values():
        client.__exit__()


def ok(answer: object) -> dict:
    assert not isinstance(answer, Refusal), answer
    return done(answer)


def planted(people: dict[str, Client]) -> str:
    """A case with these texts in every field of every command that has a text; its incident's id."""
    incident, request = new_id(), new_id()
    report = {
        "id": incident,
        "affected": "GM1735",
        "since": moment(hours=-1),
        "call_back": {"phone": "06 00000000", "name": ALL[:200]},
        "services": [{"service": "passports", "note": ALL}],
        "description": ALL,
        "caller": ALL[:200],
    }
    ok(people["Ruud"].send("/api/aid/incidents", report))
    path = f"/api/aid/incidents/{incident}"
    ok(people["Gert"].send(f"{path}/coordinators", {"coordinators": ["GM0141"]}))
    ok(people["Gert"].send(f"{path}/log", {"id": new_id(), "text": ALL}))
    ok(people["Gert"].send(f"{path}/facts", {"description": ALL, "call_back": report["call_back"]}))
    guest = {
        "incident": incident,
        "organisation": "GM1735",
        "name": ALL[:200],
        "firm": ALL[:200],
        "phone": "06 00000000",
        "until": moment(hours=6),
        "checked": "in_person",
    }
    invited = {"guest": ok(people["Gert"].send("/api/directory/guests", guest))["person"]}
    until(lambda: isinstance(people["Gert"].send(f"{path}/guests", invited), dict), what="the guest")
    down = {"service": "mail", "note": ALL}
    ok(people["Gert"].send(f"{path}/services", {"affected": "GM1735", "services": [down]}))
    ask = {
        "id": request,
        "incident": incident,
        "borrower": "GM1735",
        "function": "backup_recovery",
        "number": 2,
        "where": "on_site",
        "needed_by": moment(hours=6),
        "place": ALL[:200],
        "note": ALL,
        "systems": [SHORT, "javascript:executed=1"],
    }
    ok(people["Gert"].send("/api/aid/requests", ask))
    ok(people["Gert"].send(f"/api/aid/requests/{request}/confirm", {"circle": ["GM0153", "GM0164"]}))
    ok(people["Joris"].send("/api/aid/duty", {"on": True}))
    found = approached(people["Joris"], request)
    claim = {"approach": found["id"], "terms_version": 1}
    ok(people["Joris"].send(f"/api/aid/requests/{request}/claim", claim))
    return incident


@pytest.mark.timeout(300)
def test_no_text_is_ever_executed_and_every_text_is_shown_as_it_is(
    platform: Running, people: dict[str, Client], node_modules: Path, tmp_path: Path
) -> None:
    incident = planted(people)
    sight = "<script data-planted>"
    stories = [
        ("wilma", "/incidents", None),
        ("wilma", "/report", None),
        ("gert", f"/incident/{incident}", sight),
        ("fatima", f"/incident/{incident}", sight),
        ("ruud", f"/incident/{incident}", sight),
        ("fatima", "/wall", None),
        ("ruud", "/wall", None),
        ("ruud", "/report", None),
        ("joris", "/tasks", sight),
        ("anouk", "/desk", None),
        ("kees", "/tasks", None),
        ("kees", "/sign-in", None),
        (
            "kees",
            "/<script>window.executed=1</script>?a=<img src=x onerror=executed=1>#<svg onload=executed=1>",
            None,
        ),
    ]
    file = tmp_path / "stories.json"
    told = [
        {"host": host, "person": str(persona(host.capitalize())), "path": path, "text": text}
        for host, path, text in stories
    ]
    file.write_text(json.dumps(told))
    ran = run_script(node_modules, "hostile-text.mjs", str(platform.platform.base), str(file))
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    assert ran.stdout.count("ok  ") == len(stories)
