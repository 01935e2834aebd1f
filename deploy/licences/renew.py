"""`python -m deploy.licences.renew`: list the licence of each Python package that came into the lock."""

import json
import sys
from importlib.metadata import PackageNotFoundError, metadata
from typing import Final

from deploy.bootstrap import LOCK
from deploy.licences.compatible import APPENDIX, PERMISSIVE
from deploy.licences.listed import LICENCES, licences, names
from schemas.command_line import command_line

SPELLED: Final = {
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""As packages write it -> as SPDX does. "BSD License" is not among them: there are several."""


def licence_of(package: str) -> str:
    """The expression that an installed package gives; empty where it is not to be understood."""
    try:
        found = metadata(package)
    except PackageNotFoundError:
        return ""
    if "License-Expression" in found:
        return str(found["License-Expression"])
    classes = [each.rpartition(" :: ")[2] for each in found.get_all("Classifier", []) if "License" in each]
    names = [SPELLED.get(each, each) for each in (*found.get_all("License", []), *classes)]
    return next((name for name in names if name in APPENDIX | PERMISSIVE), "")


def main(arguments: list[str]) -> int:
    """Keep what is listed, add what is new, drop what is gone; 1 where somebody has to look."""
    about = "Lists the licence of each Python package of the lock; a new one must be installed (make setup)."
    command_line("deploy.licences.renew", about).parse_args(arguments)
    listed = licences()
    wanted = {name: listed["python"].get(name) or licence_of(name) for name in sorted(names(LOCK))}
    LICENCES.write_text(json.dumps({**listed, "python": wanted}, indent=2) + "\n", encoding="utf-8")
    unknown = [name for name, licence in wanted.items() if not licence]
    for name in unknown:
        print(f"{name}: look its licence up and write it into {LICENCES}", file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
