"""Compiles promtool from its Go module, and lets it judge what Prometheus is told."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from deploy.bootstrap import child_environment, home_of
from deploy.observability.__main__ import FOLDER

MODULE: Final = "github.com/prometheus/prometheus"
VERSION: Final = "v0.316.0"
TAGS: Final = "remove_all_sd,netgo"
"""Without the clients of every cloud there is: a check of files finds nothing by them."""

NO_GO: Final = "Go is needed to check the rules of Prometheus, and is not here: install Go 1.25 or newer."


def rules_check() -> int:
    """Rules, their examples and the configuration; 0 when promtool accepts them all."""
    go = shutil.which("go", path=f"{os.environ.get('PATH', '')}:/usr/local/go/bin")
    if go is None:
        print(NO_GO, file=sys.stderr)
        return 1
    promtool = _compiled(go, home_of(os.environ))
    for checked in (("check", "config", "prometheus.yml"), ("test", "rules", "alerts.test.yml")):
        print("+ promtool " + " ".join(checked), flush=True)
        code = subprocess.run([promtool, *checked], cwd=FOLDER, check=False).returncode
        if code != 0:
            return code
    return 0


def _compiled(go: str, home: Path) -> Path:
    """promtool of that version, made once per home."""
    folder = home / "go" / f"promtool-{VERSION}"
    made = folder / "promtool"
    if made.exists():
        return made
    folder.mkdir(parents=True, exist_ok=True)
    told = child_environment(os.environ, home)
    told |= {
        "GOPATH": str(home / "go" / "path"),
        "GOCACHE": str(home / "go" / "cache"),
        "GOFLAGS": "-mod=mod",
    }
    # `go install PACKAGE@VERSION` refuses a module that excludes versions of others, as this one does.
    (folder / "go.mod").write_text("module noaber.local/promtool\n")
    package = f"{MODULE}/cmd/promtool"
    for step in (("get", f"{package}@{VERSION}"), ("build", "-tags", TAGS, "-o", str(made), package)):
        print("+ go " + " ".join(step), flush=True)
        subprocess.run([go, *step], cwd=folder, env=told, check=True)
    return made


if __name__ == "__main__":
    sys.exit(rules_check())
