"""The statements of one claim, as Postgres logged them, made into a script that pgbench runs for others."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from deploy.parts.postgres import WHEEL

PGBENCH: Final = WHEEL / "pginstall18" / "bin" / "pgbench"
MARK: Final = "#" * 12
"""Stands in a literal where the number of the claim goes."""

_LINE: Final = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \w+ \[(\d+)\] (LOG|DETAIL):  ", re.MULTILINE)
_EXECUTED: Final = re.compile(r"(?:execute [^:]+|statement): (.*)", re.DOTALL)
_PARAMETER: Final = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
_LOCK: Final = re.compile(r"-?\b\d{9,19}\b")
_ID: Final = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-)([0-9a-f]{12})")


@dataclass(frozen=True)
class Statement:
    """What was executed, with the literals of its parameters."""

    text: str
    parameters: tuple[str, ...] = ()


def logged(log: str, about: str) -> list[Statement]:
    """The statements of the one transaction that names `about`, from `log_statement = all`; in order."""
    by_process: dict[str, list[Statement]] = {}
    found: list[Statement] = []
    for process, statement in _executed(log):
        begun = by_process.setdefault(process, [])
        if statement.text.lstrip().upper().startswith("BEGIN"):
            begun.clear()
        begun.append(statement)
        if any(about in each for each in (statement.text, *statement.parameters)):
            found = begun
    return found


def script(statements: Sequence[Statement], shared: Sequence[str], first: int) -> str:
    """A script for `pgbench -M prepared` in which each client takes numbers of its own from `first` on.

    Ids that are not `shared` get the number of the claim as their last twelve digits, as in the crisis.
    """
    lines = ["\\set i :i + 1", f"\\set n {first} + :client_id + :i * :clients"]
    for each in statements:
        parts = _parts(each, shared)
        # What came in one message goes in one.
        lines += parts if len(parts) == 1 else ["\\startpipeline", *parts, "\\endpipeline"]
    return "\n".join(lines) + "\n"


def run(dsn: str, file: Path, clients: int, each: int) -> float:
    """Transactions per second, connecting left out; every client runs the script `each` times."""
    address = urlsplit(dsn)
    command = [str(PGBENCH), "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-t", str(each)]
    command += ["-D", "i=-1", "-D", f"clients={clients}", "-f", str(file)]
    command += ["-h", str(address.hostname), "-p", str(address.port), "-U", str(address.username)]
    done = subprocess.run(
        [*command, address.path.lstrip("/")],
        env={"PGPASSWORD": address.password or ""},
        check=False,
        capture_output=True,
        text=True,
    )
    found = re.search(r"tps = ([\d.]+) \(without initial connection time\)", done.stdout)
    if found is None or f"processed: {clients * each}/" not in done.stdout:
        raise RuntimeError(f"pgbench: {done.stdout}{done.stderr}")
    return float(found[1])


def _executed(log: str) -> Iterator[tuple[str, Statement]]:
    lines = list(_LINE.finditer(log))
    ends = [each.start() for each in lines[1:]] + [len(log)]
    texts = [
        log[each.end() : end].rstrip("\n").replace("\n\t", "\n")
        for each, end in zip(lines, ends, strict=True)
    ]
    for place, (line, text) in enumerate(zip(lines, texts, strict=True)):
        found = _EXECUTED.match(text)
        if line[2] != "LOG" or found is None:
            continue
        detail = texts[place + 1] if place + 1 < len(lines) and lines[place + 1][2] == "DETAIL" else ""
        yield line[1], Statement(found[1], tuple(each[1] for each in _PARAMETER.findall(detail)))


def _parts(statement: Statement, shared: Sequence[str]) -> list[str]:
    """The statements of one message; only those without parameters can be several."""
    if statement.parameters:
        return [_filled(statement, shared).strip().rstrip(";") + ";"]
    parts = [part.strip() for part in statement.text.split(";")]
    return [_LOCK.sub(_lock, part) + ";" for part in parts if part]


def _lock(found: re.Match[str]) -> str:
    """Locks are numbers made of names: another claim has others."""
    return f"(:n * 64 + {found.start() % 64})"


def _filled(statement: Statement, shared: Sequence[str]) -> str:
    def literal(found: re.Match[str]) -> str:
        text = statement.parameters[int(found[1]) - 1]
        if text == "NULL":
            return text
        numbered = _ID.sub(lambda each: each[0] if each[0] in shared else each[1] + MARK, text[1:-1])
        # A colon followed by a letter would be a variable to pgbench, also within a literal.
        escaped = numbered.replace("\\", "\\\\").replace(":", "\\x3a")
        if MARK not in escaped:
            return f"E'{escaped}'"
        return f"replace(E'{escaped}', '{MARK}', lpad(:n::text, 12, '0'))"

    return re.sub(r"\$(\d+)", literal, statement.text)
