"""Says in words what a setting may be, from the shape that its model has."""

from collections.abc import Callable, Mapping
from typing import Any, Final

KINDS: Final = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a JSON object",
    "array": "a JSON list",
    "string": "a text",
}

MARKS: Final[Mapping[str, Callable[[Any], str]]] = {
    "enum": lambda each: " or ".join(str(one) for one in each),
    "examples": lambda each: f"for example {each[0]}",
    "format": lambda each: "the path of a file that is there" if each == "file-path" else f"a {each}",
    "pattern": lambda each: f"a text that matches {each}",
}
"""What a shape may say -> how that is said; the first that stands there counts."""


def allowed(model: Mapping[str, Any], field: str) -> str:
    """What the field may be; `model`: the JSON Schema of the settings."""
    return _words(model["properties"][field], model.get("$defs", {}))


def _words(shape: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    if "$ref" in shape:
        return _words(known[shape["$ref"].rpartition("/")[2]], known)
    if "anyOf" in shape:
        some = [_words(each, known) for each in shape["anyOf"] if each.get("type") != "null"]
        return f"{' or '.join(some)}, or not set at all"
    for mark, words in MARKS.items():
        if mark in shape:
            return words(shape[mark])
    return KINDS[shape["type"]] + _bounds(shape)


def _bounds(shape: Mapping[str, Any]) -> str:
    least, most = shape.get("minimum"), shape.get("maximum")
    if least is not None:
        return f" from {least} to {most}" if most is not None else f", {least} or more"
    return f" of at least {shape['minLength']} characters" if "minLength" in shape else ""
