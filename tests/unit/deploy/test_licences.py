"""Everything that is brought along has a listed licence that may stand beside EUPL-1.2."""

import json
import re

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.bootstrap import LOCK, ROOT
from deploy.licences.compatible import APPENDIX, PERMISSIVE, Unreadable, is_compatible
from deploy.licences.listed import SHIPPED, Part, everything, jar_parts, licences, names, pinned, python_parts
from deploy.licences.renew import licence_of
from deploy.verbs.sbom import bill
from tests.architecture.checkout import text, tracked

IMPORTED = re.compile(
    r"""(?:from|import|import\(|url\()\s*["'](@[\w-]+/[\w-]+|[a-z][\w-]*)(?=["'/])""",
)
RENEW = "run: .venv/bin/python -m deploy.licences.renew"


@pytest.mark.parametrize("part", everything(), ids=lambda part: part.purl)
def test_a_part_may_stand_beside_our_licence(part: Part) -> None:
    assert part.licence, f"{part.name} has no listed licence; {RENEW}"
    assert is_compatible(part.licence), part.licence


def test_nothing_is_listed_that_is_not_brought_along() -> None:
    assert licences()["python"].keys() == names(LOCK), RENEW
    assert licences()["jars"].keys() == {part.name for part in jar_parts()}
    assert set(pinned(SHIPPED)) <= set(pinned(LOCK))


def test_what_is_listed_is_what_the_packages_say_themselves() -> None:
    said = {part.name: licence_of(part.name) for part in python_parts()}
    wrong = {
        part.name: (part.licence, said[part.name])
        for part in python_parts()
        if said[part.name] and said[part.name] not in [part.licence, *re.split(r" AND | OR ", part.licence)]
    }
    assert not wrong
    # Most say it in a way that a machine understands; else this would prove nothing.
    assert sum(map(bool, said.values())) > 0.7 * len(said)


def test_the_appendix_is_that_of_our_licence() -> None:
    appendix = (ROOT / "LICENSE").read_text(encoding="utf-8").partition("## Appendix")[2]
    for word in ("GPL", "AGPL", "OSL", "EPL", "CeCILL", "MPL", "LGPL", "CC BY-SA", "EUPL", "LiLiQ"):
        assert word in appendix
        start = word.replace("CC BY-SA", "CC-BY-SA").upper()
        assert any(name.upper().startswith(start) for name in APPENDIX)
    assert not APPENDIX & PERMISSIVE


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("MIT", True),
        ("MIT AND Apache-2.0", True),
        ("(MIT OR SSPL-1.0)", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True),
        ("SSPL-1.0", False),
        ("MIT AND BUSL-1.1", False),
        ("UNLICENSED", False),
        ("", False),
    ],
)
def test_of_alternatives_one_is_enough_and_of_several_each_is_needed(expression: str, answer: object) -> None:
    assert is_compatible(expression) is answer


def test_an_expression_in_an_expression_is_not_guessed_at() -> None:
    with pytest.raises(Unreadable):
        is_compatible("(MIT OR Apache-2.0) AND (BSD-3-Clause)")


def test_the_bill_of_materials_names_each_part_once_and_the_same_every_time() -> None:
    made = bill()
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    references = [each["bom-ref"] for each in made["components"]]
    assert len(references) == len(set(references))
    ships = [each["bom-ref"] for each in made["components"] if each.get("scope") != "excluded"]
    assert made["dependencies"][0]["dependsOn"] == ships
    assert all(each["licenses"][0]["expression"] and each["version"] for each in made["components"])
    kinds = {each["purl"].split("/")[0] for each in made["components"]}
    assert kinds == {"pkg:pypi", "pkg:npm", "pkg:maven"}
    assert json.dumps(bill()) == json.dumps(made)
    # What only developers need is not installed anywhere.
    assert not any(each["name"] == "pytest" for each in made["components"])


def test_what_only_makes_or_tests_the_pages_is_not_said_to_be_shipped() -> None:
    scopes = {each["name"]: each.get("scope", "required") for each in bill()["components"]}
    tools = {"playwright-core", "oidc-provider", "@asyncapi/parser", "vite", "vitest", "typescript", "jsdom"}
    assert {name for name, scope in scopes.items() if scope == "excluded"} >= tools
    # Their licences are looked at all the same.
    assert {part.name for part in everything()} >= tools
    assert {scopes[name] for name in ("svelte", "papaparse", "uqr", "fastapi", "kafka-clients")} == {
        "required"
    }


def test_what_the_pages_import_is_what_ships() -> None:
    said = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    found: set[str] = set()
    for path in tracked():
        if path.as_posix().startswith("frontend/src/") and path.suffix in {".ts", ".svelte", ".css", ".js"}:
            found |= {name for match in IMPORTED.finditer(text(path)) for name in match.groups() if name}
    assert found == said.keys()


def test_cyclonedx_itself_takes_the_bill_of_materials() -> None:
    judge = JsonStrictValidator(SchemaVersion.V1_6)
    made = bill()
    assert judge.validate_str(json.dumps(made)) is None
    # It judges: a field that is in no schema, and a licence that nobody knows.
    assert judge.validate_str(json.dumps({**made, "parts": []})) is not None
    part = {**made["components"][0], "licenses": [{"license": {"id": "of our own"}}]}
    assert judge.validate_str(json.dumps({**made, "components": [part]})) is not None
