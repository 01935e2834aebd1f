"""Writes the files that follow from the models: a JSON Schema per event type, and the pages' TypeScript.

`python -m schemas.export` writes them; `python -m schemas.export --check` only says which are stale.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from schemas import generated
from schemas.catalogue import FUNCTIONS, SERVICES, Names
from schemas.live import ROW_STATES, Delta, Heartbeat, Hello, Reset, Resume, Snapshot
from schemas.state import Row
from schemas.topics import TOPICS
from schemas.values import IBD_PHONE, TEXT_LIMIT, Level
from schemas.visibility import field_levels

ROOT: Final = Path(__file__).resolve().parent.parent
JSON_FOLDER: Final = Path("schemas/json")
GEN_FOLDER: Final = Path("frontend/src/gen")

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_WIRE: Final[tuple[type[BaseModel], ...]] = (Snapshot, Hello, Delta, Heartbeat, Reset, Resume)
_BANNER: Final = "// Written by `python -m schemas.export`; change the models in schemas/, not this file.\n"

_SIMPLE: Final = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}

_NAMES: Final = """export interface Names {
  nl: string;
  en: string;
  short?: { nl: string; en: string };
}
"""

Json = dict[str, Any]


def files() -> dict[Path, str]:
    """Every generated file, by its path from the root of the checkout; the same models give the same text."""
    schemas = {JSON_FOLDER / f"{name}.json": text for name, text in _event_schemas()}
    pages = {
        GEN_FOLDER / "rows.ts": rows_module(),
        GEN_FOLDER / "wire.ts": wire_module(),
        GEN_FOLDER / "catalogue.ts": catalogue_module(),
    }
    return schemas | pages


def _event_schemas() -> Iterator[tuple[str, str]]:
    for topic in TOPICS:
        state = topic.state
        schema = _without_titles(state.model_json_schema(mode="serialization"))
        head = {
            "$schema": _DIALECT,
            "$id": f"urn:noaber:event:{state.event_type()}",
            "title": state.event_type(),
        }
        text = json.dumps(head | schema, indent=2, ensure_ascii=False, sort_keys=True)
        yield f"{state.TYPE}.v{state.VERSION}", text + "\n"


def _without_titles(schema: Json) -> Json:
    """Without the titles pydantic derives from field names: generators make aliases of them.

    Only a text is a title; an object under that name is a property called `title`.
    """

    def clean(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                name: clean(value)
                for name, value in node.items()
                if not (name == "title" and isinstance(value, str))
            }
        return [clean(each) for each in node] if isinstance(node, list) else node

    cleaned: Json = clean(schema)
    return cleaned


@dataclass(frozen=True)
class Interface:
    """A TypeScript interface: name, comment, and the lines between its braces."""

    name: str
    comment: str
    lines: tuple[str, ...]

    def render(self) -> str:
        """The source text."""
        body = "".join(f"  {line}\n" for line in self.lines)
        return f"{_comment(self.comment)}export interface {self.name} {{\n{body}}}\n"


def rows_module() -> str:
    """`rows.ts`: what stands in `data` of each kind of row.

    A field is there for certain if the lowest level that sees the row sees it; every other may be absent.
    """
    shared: Json = {}
    interfaces = [_row_interface(state, shared) for state in ROW_STATES]
    kinds = "".join(f"  {state.TYPE}: {state.__name__}Data;\n" for state in ROW_STATES)
    contact = "/** Name and number, where the viewer may see them. */\nexport interface Contact {\n"
    contact += "  name: string;\n  phone: string;\n}\n"
    mapping = f"/** The data of each kind of row. */\nexport interface DataOf {{\n{kinds}}}\n"
    return "\n".join(
        [_BANNER, *_definitions(shared), contact, *(each.render() for each in interfaces), mapping]
    )


def _row_interface(state: type[Row], shared: Json) -> Interface:
    schema = _without_titles(state.model_json_schema(mode="serialization"))
    shared.update(schema.get("$defs", {}))
    levels = field_levels(state)
    lowest = levels["id"]
    lines = []
    for name, prop in schema["properties"].items():
        if name not in levels:
            continue
        sure = levels[name].rank <= lowest.rank
        note = "" if sure else f"  // from {levels[name].value}"
        lines.append(f"{name}{'' if sure else '?'}: {type_text(prop)};{note}")
    if state.TYPE in {"commitment", "person"}:
        lines.append("contact?: Contact;  // joined by live")
    if state.TYPE == "incident":
        lines.append("guest_names?: Record<string, string>;  // joined by live: what each guest is called")
    return Interface(f"{state.__name__}Data", schema.get("description", ""), tuple(lines))


def wire_module() -> str:
    """`wire.ts`: the snapshot and the frames."""
    shared: Json = {}
    interfaces = []
    for model in _WIRE:
        schema = _without_titles(model.model_json_schema(mode="serialization"))
        shared.update(schema.get("$defs", {}))
        interfaces.append(_interface(model.__name__, schema))
    frames = "/** What the server says on the websocket. */\n"
    frames += "export type Frame = Hello | Delta | Heartbeat | Reset;\n"
    return "\n".join([_BANNER, *_definitions(shared), *(each.render() for each in interfaces), frames])


def _interface(name: str, schema: Json) -> Interface:
    lines = tuple(f"{field}: {type_text(prop)};" for field, prop in schema["properties"].items())
    return Interface(name, schema.get("description", ""), lines)


def _definitions(shared: Json) -> Iterator[str]:
    for name in sorted(shared):
        schema = shared[name]
        if "enum" in schema:
            comment = _comment(schema.get("description", ""))
            yield f"{comment}export type {name} = {' | '.join(_quoted(each) for each in schema['enum'])};\n"
        else:
            yield _interface(name, schema).render()


def type_text(schema: Json) -> str:
    """The TypeScript type of a JSON Schema, as far as our models use it; ValueError for anything else."""
    found = "unknown" if schema.keys() <= {"default", "description"} else None
    if "$ref" in schema:
        found = str(schema["$ref"]).rsplit("/", 1)[1]
    elif "const" in schema:
        found = _quoted(schema["const"])
    elif "anyOf" in schema:
        found = " | ".join(type_text(each) for each in schema["anyOf"])
    elif "prefixItems" in schema:
        found = f"[{', '.join(type_text(each) for each in schema['prefixItems'])}]"
    elif schema.get("type") == "array":
        inner = type_text(schema["items"])
        found = f"({inner})[]" if " | " in inner else f"{inner}[]"
    elif schema.get("type") == "object":
        found = _record_text(schema)
    elif schema.get("type") in _SIMPLE:
        found = _SIMPLE[schema["type"]]
    if found is None:
        raise ValueError(f"no TypeScript type for {schema}")
    return found


def _record_text(schema: Json) -> str:
    values = schema.get("additionalProperties", True)
    inner = "unknown" if values is True else type_text(values)
    names = schema.get("propertyNames")
    return f"Record<string, {inner}>" if names is None else f"Partial<Record<{type_text(names)}, {inner}>>"


def catalogue_module() -> str:
    """`catalogue.ts`: functions and services with their names, and the few constants that pages show."""
    functions = {
        code.value: {**_names(entry.names), "lane": entry.lane.value} for code, entry in FUNCTIONS.items()
    }
    services = {code.value: _names(names) for code, names in SERVICES.items()}
    return "\n".join(
        [
            _BANNER,
            'import type { Function, Lane, ResidentService } from "./rows";\n',
            "/** A name on screen in both languages; `short` fits on a chip. */",
            _NAMES,
            _constant("FUNCTIONS", "Record<Function, Names & { lane: Lane }>", functions),
            _constant("SERVICES", "Record<ResidentService, Names>", services),
            _constant("LEVELS", "readonly string[]", [level.value for level in Level]),
            _constant("IBD_PHONE", "string", IBD_PHONE),
            _constant("TEXT_LIMIT", "number", TEXT_LIMIT),
        ]
    )


def _names(names: Names) -> Json:
    plain: Json = {"nl": names.nl, "en": names.en}
    return plain | ({"short": {"nl": names.short_nl, "en": names.short_en}} if names.short_nl else {})


def _constant(name: str, kind: str, value: object) -> str:
    return f"export const {name}: {kind} = {json.dumps(value, indent=2, ensure_ascii=False)};\n"


def _comment(text: str) -> str:
    return "/** " + "\n * ".join(text.strip().splitlines()).replace(" * \n", " *\n") + " */\n" if text else ""


def _quoted(value: object) -> str:
    return json.dumps(value)


def orphans(root: Path) -> list[Path]:
    """Schemas whose type no topic carries. One of an older version stays: readers may still meet it."""
    types = {topic.state.TYPE for topic in TOPICS}
    found = sorted((root / JSON_FOLDER).glob("*.json"))
    return [path.relative_to(root) for path in found if path.name.split(".")[0] not in types]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Do what is asked; 1 where --check found something, or a schema without a topic."""
    about = "Writes a JSON Schema for each event type, and the types of the pages."
    asked = generated.command("schemas.export", about).parse_args(arguments)
    kept = generated.keep(files(), root, check=asked.check)
    left = orphans(root)
    for path in left:
        print(
            f"{path}: no topic carries it; give it back its topic, or remove the file if it never went out",
            file=sys.stderr,
        )
    return 1 if left else kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
