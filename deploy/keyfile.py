"""The file with the data keys beside the backups: renewed by each, and never at the cost of an older one."""

import json
from pathlib import Path
from typing import Any, Final

from deploy.bootstrap import SetupFailed
from deploy.private_file import write_private

NOTHING: Final[dict[str, Any]] = {
    "keys": {}, "forgotten": [], "removed": [], "distrusted": [], "void": [], "ended": [], "redacted": [],
}  # fmt: skip


def renew(file: Path, text: str, redacted: str = "[]") -> None:
    """Replace the key file by the keys there are now. Raises SetupFailed where they are of another platform.

    `redacted`: what was taken out of texts by now, as `aid` prints it: where, never what. A restore takes it
    out of an older dump again, so of this too nothing is ever left out.

    Keys of people that this platform does not know stay: after a restore of an older backup, a newer one may
    still need them. Of whoever was ever forgotten there is no key.
    """
    new = _read(file, text)
    old = _read(file, file.read_text()) if file.exists() else NOTHING
    if any(old["keys"].get(person, key) != key for person, key in new["keys"].items()):
        raise SetupFailed(
            f"{file} holds other keys for the same people: it belongs to the backups of another platform, "
            "and without it they can never be read again. Name another file: --keys"
        )
    forgotten = {*old["forgotten"], *new["forgotten"]}
    keys = {person: key for person, key in {**old["keys"], **new["keys"]}.items() if person not in forgotten}
    ended = {name: sorted({*old[name], *new[name]}) for name in ("removed", "void", "ended")}
    lines = _together(old["redacted"], json.loads(redacted))
    # Trusted again is a decision too: what counts is what is true now.
    kept = {"forgotten": sorted(forgotten), **ended, "distrusted": new["distrusted"]}
    write_private(file, json.dumps({"keys": keys, **kept, "redacted": lines}))


def _together(*told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All that was taken out, once. After a restore of an older backup a platform knows fewer versions of the
    same; a newer one still holds the others.
    """
    lines: dict[str, dict[str, Any]] = {}
    versions: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for each in (line for lines_of_one in told for line in lines_of_one):
        lines.setdefault(each["line"], each)
        known = versions.setdefault(each["line"], {})
        for one in each["versions"]:
            known.setdefault((one["aggregate"], one["key"], one["version"], one["hash"]), one)
    return [{**each, "versions": list(versions[line].values())} for line, each in lines.items()]


def _read(file: Path, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
        read = {"keys": dict(found["keys"]), "forgotten": list(found["forgotten"])}
        # Key files of before there were passkeys name none; nor cards, nor was anybody distrusted then, nor
        # anything taken out of a text.
        return {**read, **{name: list(found.get(name, [])) for name in NOTHING if name not in read}}
    except (ValueError, KeyError, TypeError):
        # Without the cause: it would show what stands in the file.
        raise SetupFailed(f"{file} is no key file of ours; name another: --keys") from None
