"""How many files a process of the tests may open: each socket is one."""

import resource
from typing import Final

SPARE: Final = 200


def allow(sockets: int) -> None:
    """Raise this process's own limit so that so many sockets fit. Raises ValueError where they cannot."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sockets + SPARE
    if hard not in {resource.RLIM_INFINITY} and wanted > hard:
        raise ValueError(f"{wanted} files are needed and {hard} allowed; see `ulimit -Hn`")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
