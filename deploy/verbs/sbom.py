"""`make sbom`: what an installation consists of, as a bill of materials in CycloneDX 1.6."""

import json
import os
import sys
import tomllib
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from deploy.bootstrap import ROOT, home_of
from deploy.licences.listed import SHIPPED, Part, jar_parts, npm_parts, python_parts
from schemas.command_line import command_line

FILE: Final = "sbom.cdx.json"


def bill() -> dict[str, Any]:
    """The document. The same locks give the same bytes: it holds no time and no chance."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    parts = [*python_parts(SHIPPED), *npm_parts(), *jar_parts()]
    # A package can stand twice in npm's tree, once for a test; a reference stands once, for what ships.
    once = {part.purl: part for part in sorted(parts, key=lambda part: part.ships)}
    components = {purl: _component(once[purl]) for purl in dict.fromkeys(part.purl for part in parts)}
    main = {
        "type": "application",
        "bom-ref": "noaber",
        "name": about["name"],
        "version": about["version"],
        "description": about["description"],
        "licenses": [{"license": {"id": about["license"]}}],
    }
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps([*components]))}",
        "version": 1,
        "metadata": {"component": main},
        "components": list(components.values()),
        "dependencies": [{"ref": "noaber", "dependsOn": [purl for purl in components if once[purl].ships]}],
    }


def _component(part: Part) -> dict[str, Any]:
    hashes = {"hashes": [{"alg": "SHA-256", "content": part.sha256}]} if part.sha256 else {}
    scope = {} if part.ships else {"scope": "excluded"}
    return {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        **scope,
        **hashes,
        "licenses": [{"expression": part.licence}],
        "purl": part.purl,
    }


def main(arguments: list[str]) -> int:
    """Write it into the home, and say where; 1 where it cannot be written."""
    about = f"Writes what an installation consists of into NOABER_HOME, as {FILE} (CycloneDX)."
    command_line("deploy.verbs.sbom", about).parse_args(arguments)
    file = home_of(os.environ) / FILE
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(bill(), indent=1) + "\n", encoding="utf-8")
    except OSError as failed:
        print(f"Stopped: {failed}. Set NOABER_HOME to a folder that can be written", file=sys.stderr)
        return 1
    print(f"{file}: {len(bill()['components'])} parts")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
