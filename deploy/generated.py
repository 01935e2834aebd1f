"""Files that are made of what stands elsewhere: written anew, or held against what they would be now."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def keep(folder: Path, files: Mapping[Path, str], arguments: Sequence[str], module: str) -> int:
    """Write what is stale; with --check only say so, and 1 where there is any. `module` makes the files."""
    stale = [
        path
        for path, text in files.items()
        if not (folder / path).is_file() or (folder / path).read_text(encoding="utf-8") != text
    ]
    if "--check" not in arguments:
        for path in stale:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(files[path], encoding="utf-8")
        return 0
    if stale:
        names = ", ".join(map(str, stale))
        print(f"{names} is not what it is made of; run: python -m {module}", file=sys.stderr)
    return 1 if stale else 0
