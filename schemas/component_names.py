"""Names of shapes in published documents: one word each, also where two classes have one name."""

import re
from typing import Any, Final

_MODULES: Final = re.compile(r"__")
_SEPARATOR: Final = re.compile(r"[^A-Za-z0-9]+")


def component_name(made: str) -> str:
    """`Act-Input` is `ActInput`; `schemas__mandate__Act`, a class by its module, is `MandateAct`."""
    words = [word for part in _MODULES.split(made)[-2:] for word in _SEPARATOR.split(part)]
    return "".join(word[:1].upper() + word[1:] for word in words)


def renamed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every shape under `components/schemas`, and what points to it, by its name here.

    Raises ValueError where two shapes would get one name.
    """
    schemas = document["components"]["schemas"]
    names = {made: component_name(made) for made in schemas}
    if len(set(names.values())) < len(names):
        raise ValueError(f"two shapes of one name among {sorted(names)}")

    def point(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: _pointer(value) if key == "$ref" else point(value) for key, value in node.items()}
        return [point(each) for each in node] if isinstance(node, list) else node

    found: dict[str, Any] = point(document)
    found["components"]["schemas"] = {names[made]: point(shape) for made, shape in sorted(schemas.items())}
    return found


def _pointer(reference: Any) -> Any:
    where, found, made = str(reference).rpartition("/schemas/")
    return f"{where}{found}{component_name(made)}" if found else reference
