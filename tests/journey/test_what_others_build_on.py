"""The client of the README on a running platform, and what the platform says of itself to others."""

import os
import re
import select
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from deploy.client import Client
from schemas.export import ROOT
from schemas.live import CLOSE_SIGNED_OUT
from schemas.values import Right
from schemas.version import VERSION
from services.runtime.documented import API_VERSION
from tests.journey.case import Case
from tests.journey.cast import People, Places, done
from tests.journey.waiting import until

LONGEST_CLIENT = 40


@pytest.fixture(scope="module")
def client() -> str:
    """The text of the client, as it stands in the README."""
    (found,) = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )
    return str(found)


def run(client: str, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    file = folder / "client.py"
    file.write_text(client, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(file), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_client_of_the_readme_sees_what_it_reported(
    client: str, people: People, places: Places, tmp_path: Path
) -> None:
    ran = run(client, tmp_path, people.origin, places.take())
    assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(r"seen: incident [0-9a-f-]{36} as own\n", ran.stdout)


def test_the_client_of_the_readme_reads_along_with_the_key_of_a_system_and_is_out_when_it_is_ended(
    client: str, people: People, places: Places, tmp_path: Path
) -> None:
    home = places.take()
    administrator = people.with_right(Right.ADMINISTER, home)
    path = f"/api/directory/organisations/{home}/systems"
    made = done(administrator.send(path, {"name": "Wand", "about": "leest mee", "days": 1}))
    file = tmp_path / "client.py"
    file.write_text(client, encoding="utf-8")
    key = {"NOABER_ID": made["client_id"], "NOABER_SECRET": made["client_secret"]}
    command = [sys.executable, str(file), people.origin]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env={**os.environ, **key}, stdout=pipe, stderr=pipe, text=True) as program:
        try:
            assert program.stdout is not None and program.stderr is not None
            # It says nothing until something changes, and hears only what comes after it looked.
            until(lambda: used(administrator, path), what="the token")
            until(lambda: reported(people, places, home, program), 20, what="a row")
            assert re.fullmatch(r"seen: \w+ \S+ as (own|coordinator|asked)\n", program.stdout.readline())
            done(administrator.send(f"{path}/{made['client_id']}/end", {}))
            assert program.wait(20) == 1
            assert str(CLOSE_SIGNED_OUT) in program.stderr.read()
        finally:
            program.kill()


def used(administrator: Client, path: str) -> bool:
    [system] = done(administrator.read(path))["systems"]
    return system["used_at"] is not None


def reported(people: People, places: Places, home: str, program: "subprocess.Popen[str]") -> bool:
    """Something happens; whether the program said so soon."""
    Case(people, places, home)
    ready, _, _ = select.select([program.stdout], [], [], 1)
    return bool(ready)


def test_the_client_of_the_readme_says_why_it_was_refused(
    client: str, people: People, tmp_path: Path
) -> None:
    wrong = client.replace('"exercise": True', '"exercise": "perhaps"')
    ran = run(wrong, tmp_path, people.origin, "GM1735")
    assert ran.returncode == 1 and ran.stderr.startswith("invalid: "), ran.stderr


def test_the_client_of_the_readme_is_forty_lines(client: str) -> None:
    assert len([line for line in client.splitlines() if line.strip()]) <= LONGEST_CLIENT


@pytest.mark.parametrize("service", ["directory", "aid", "live"])
def test_everybody_reads_the_document_of_a_service_also_from_another_website(
    people: People, service: str
) -> None:
    answer = httpx.get(f"{people.origin}/api/{service}/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert answer.headers[API_VERSION] == document["info"]["version"] == VERSION


@pytest.mark.parametrize("path", ["/api/live/snapshot", "/api/aid/export", "/api/directory/me"])
def test_every_answer_says_its_version_and_only_the_documents_are_for_other_websites(
    people: People, path: str
) -> None:
    answer = httpx.get(people.origin + path)
    assert (answer.status_code, answer.headers[API_VERSION]) == (401, VERSION)
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/reference", "/reference/", "/reference/events.html"])
def test_the_reference_is_a_page_that_loads_nothing_from_elsewhere(people: People, path: str) -> None:
    answer = httpx.get(people.origin + path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy == httpx.get(f"{people.origin}/").headers["content-security-policy"]
    loaded = re.findall(r'<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="([^"]*)"', answer.text)
    assert loaded == ["/icon.svg", "/reference/style.css"] and "<script" not in answer.text
    style = httpx.get(f"{people.origin}/reference/style.css")
    assert style.headers["content-type"].startswith("text/css") and "url(" not in style.text


def test_the_asyncapi_document_is_served_as_json(people: People) -> None:
    answer = httpx.get(f"{people.origin}/reference/asyncapi.json")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["asyncapi"].startswith("3.")
