"""Programs written in Go that check what we generate: built once per home, each from a version we name."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.bootstrap import SetupFailed, alone, child_environment

TOOLS: Final = {
    "helm": ("helm.sh/helm/v4/cmd/helm", "v4.3.1"),
    "kubeconform": ("github.com/yannh/kubeconform/cmd/kubeconform", "v0.8.0"),
    "promtool": ("github.com/prometheus/prometheus/cmd/promtool", "v0.316.0"),
}
"""Name -> package and version. Go holds each module, and whatever it needs, against its public checksums."""

TAGS: Final = "remove_all_sd"
"""Prometheus without the clients of every cloud there is: a check of files finds nothing by them."""

USUAL: Final = "/usr/local/go/bin"
"""Where Go's own installer puts it, which is on few search paths."""


@dataclass(frozen=True)
class Go:
    """Go on this machine; whatever it fetches and builds stays in `home`."""

    program: str
    home: Path

    def tool(self, name: str) -> str:
        """The path of one of TOOLS. Raises SetupFailed where it cannot be built."""
        package, version = TOOLS[name]
        folder = self.home / "cache" / "go" / f"{name}-{version}"
        with alone(self.home, "go"):
            if not folder.is_dir():
                print(f"builds {name} {version}, once; this may take some minutes", flush=True)
                half = folder.with_suffix(".half")
                shutil.rmtree(half, ignore_errors=True)
                half.mkdir(parents=True)
                # `go install PACKAGE@VERSION` refuses a module that excludes versions, as Prometheus does.
                (half / "go.mod").write_text(f"module noaber.invalid/{name}\n")
                self._go("get", f"{package}@{version}", folder=half)
                self._go("build", "-tags", TAGS, "-o", name, package, folder=half, CGO_ENABLED="0")
                half.rename(folder)
        return str(folder / name)

    def module(self, path: str, version: str) -> Path:
        """The folder of a module, for the files in it. Raises SetupFailed where it cannot be had."""
        found = json.loads(self._go("mod", "download", "-json", f"{path}@{version}"))
        return Path(found["Dir"])

    def _go(self, *arguments: str, folder: Path | None = None, **settings: str) -> str:
        cache = self.home / "cache" / "go"
        environment = {
            **child_environment(os.environ, self.home),
            "GOMODCACHE": str(cache / "mod"),
            "GOCACHE": str(cache / "build"),
            # Otherwise whoever owns the home could not empty it.
            "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip(),
            **settings,
        }
        done = subprocess.run(
            [self.program, *arguments],
            cwd=folder or self.home,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise SetupFailed(f"go {arguments[0]} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout


def find_go(home: Path) -> Go:
    """Go, from the search path or from where it usually is. Raises SetupFailed that says how to get it."""
    program = shutil.which("go") or shutil.which("go", path=USUAL)
    if program is None:
        raise SetupFailed(
            "Go is not on this machine, and helm, kubeconform and their like are written in it; "
            "install Go 1.26 or newer from https://go.dev/dl/, or leave `make chart-check` to CI"
        )
    return Go(program, home)
