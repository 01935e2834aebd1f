"""Small pieces of the reference pages: escaped text, tables, and the fields of a shape."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any, Final

Json = dict[str, Any]

_LINKS: Final = (("/reference/", "HTTP and websocket"), ("/reference/events.html", "Events"))


def page(title: str, path: str, body: Iterable[str]) -> str:
    """A whole page without any script; its styles stand beside it, as the gateway asks."""
    links = "".join(
        f'<a href="{where}"{" aria-current=page" if where == path else ""}>{name}</a>'
        for where, name in _LINKS
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)} - Noaber</title>\n"
        '<link rel="icon" href="/icon.svg" type="image/svg+xml">\n'
        '<link rel="stylesheet" href="/reference/style.css">\n</head>\n<body>\n'
        f'<header><p>Noaber for developers</p><nav aria-label="Reference">{links}</nav></header>\n<main>\n'
        f"<h1>{escape(title)}</h1>\n" + "\n".join(body) + "\n</main>\n</body>\n</html>\n"
    )


def text(words: str) -> str:
    """Prose with `code` in backquotes."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words.strip(), quote=False))


def paragraph(words: str) -> str:
    """Prose, as in `text`, in a block of its own."""
    return f"<p>{text(words)}</p>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], label: str) -> str:
    """A table whose cells are HTML; on a phone they stand under each other."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    lines = "\n".join("<tr>" + "".join(f"<td>{each}</td>" for each in row) + "</tr>" for row in rows)
    return (
        f'<table aria-label="{escape(label)}"><thead><tr>{head}</tr></thead>\n<tbody>{lines}</tbody></table>'
    )


def example(data: object) -> str:
    """JSON as it would be sent."""
    written = escape(json.dumps(data, indent=2, ensure_ascii=False), quote=False)
    return f"<pre><code>{written}</code></pre>"


def described(shape: Json, name: str, anchors: str) -> Iterator[str]:
    """What a shape says and holds; names of other shapes lead to `#anchors-Name`."""
    if "description" in shape:
        yield paragraph(shape["description"])
    if "properties" not in shape:
        yield f"<p>{kind(shape, anchors)}</p>"
        return
    required = set(shape.get("required", ()))
    rows = [
        (
            f"<code>{escape(field)}</code>" + ("" if field in required else " <small>may be absent</small>"),
            kind(each, anchors),
            text(each.get("description", "")),
        )
        for field, each in shape["properties"].items()
    ]
    if rows:
        yield table(("Field", "Type", "What it says"), rows, f"Fields of {name}")


def kind(shape: Json, anchors: str) -> str:
    """What stands in a field, in a few words."""
    return " or ".join(dict.fromkeys(_kinds(shape, anchors)))


def _kinds(shape: Json, anchors: str) -> Iterator[str]:
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        yield f'<a href="#{anchors}-{name}">{name}</a>'
    elif "const" in shape or "enum" in shape:
        yield from (
            f"<code>{escape(json.dumps(each))}</code>" for each in shape.get("enum", [shape.get("const")])
        )
    elif "anyOf" in shape or "oneOf" in shape:
        for each in shape.get("anyOf") or shape["oneOf"]:
            yield from _kinds(each, anchors)
    elif shape.get("type") == "array":
        yield _list(shape, anchors)
    elif isinstance(shape.get("additionalProperties"), dict):
        yield f"object of {kind(shape['additionalProperties'], anchors)}"
    else:
        yield _plain(shape)


def _list(shape: Json, anchors: str) -> str:
    items: Any = shape.get("prefixItems") or shape.get("items") or {}
    if isinstance(items, list):
        return "[" + ", ".join(kind(each, anchors) for each in items) + "]"
    return f"list of {kind(items, anchors)}"


def _plain(shape: Json) -> str:
    named = shape.get("format") or shape.get("pattern", "")
    note = f" <small>{escape(named)}</small>" if named else ""
    return f"{shape.get('type', 'anything')}{note}"
