"""The client of the README on a running platform, and what the platform says of itself to others."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from schemas.export import ROOT
from schemas.version import VERSION
from services.runtime.documented import API_VERSION
from tests.journey.cast import People, Places

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
    done = run(client, tmp_path, people.origin, places.take())
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r".+ sees incident [0-9a-f-]{36} as own\n", done.stdout)


def test_the_client_of_the_readme_says_why_it_was_refused(
    client: str, people: People, tmp_path: Path
) -> None:
    wrong = client.replace('"exercise": True', '"exercise": "perhaps"')
    done = run(wrong, tmp_path, people.origin, "GM1735")
    assert done.returncode == 1 and done.stderr.startswith("invalid: "), done.stderr


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
