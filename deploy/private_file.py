"""Files with secrets, or with what only their owner should read: whole or not there, and nobody else's."""

import os
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Write a whole file that only its owner may read; a crash leaves the old one or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(file.name + ".half")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600, exist_ok=False)
    with half.open("w") as output:
        output.write(text)
        output.flush()
        os.fsync(output.fileno())
    half.rename(file)
