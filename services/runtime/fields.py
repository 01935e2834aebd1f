"""What is the matter with one field of a request, in two languages instead of the validator's own words."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.runtime.problems import Words

_MOMENT: Final = Words("Dit is geen geldig tijdstip.", "This is not a valid time.")
_DATE: Final = Words("Dit is geen geldige datum.", "This is not a valid date.")
_NUMBER: Final = Words("Dit moet een getal zijn.", "This must be a number.")
_WHOLE: Final = Words("Dit moet een heel getal zijn.", "This must be a whole number.")
_ID: Final = Words("Dit is geen geldige id (UUID).", "This is not a valid id (UUID).")
_YES_OR_NO: Final = Words("Dit moet ja of nee zijn (true of false).", "This must be true or false.")
_CHOICE: Final = Words(
    "Dit kan hier niet. Kies uit: {expected}.", "This cannot be here. Choose from: {expected}."
)
_SHAPE: Final = Words(
    "Dit heeft niet de vorm die hier hoort.", "This does not have the shape that belongs here."
)
_EMPTY: Final = Words("Vul dit in.", "Fill this in.")
TWICE: Final = {"nl": "Dit komt twee keer voor.", "en": "This comes twice."}
"""Of a field of a form, as `by_field` says it of one that does not fit."""

_OTHER: Final = Words("Dit klopt niet.", "This is not right.")

_KINDS: Final[Mapping[str, Words]] = {
    "missing": Words("Dit ontbreekt.", "This is missing."),
    "extra_forbidden": Words("Dit veld bestaat hier niet.", "There is no such field here."),
    "string_too_long": Words(
        "Dit mag hoogstens {max_length} tekens zijn.", "This may be at most {max_length} characters."
    ),
    "string_too_short": Words(
        "Dit moet minstens {min_length} tekens zijn.", "This must be at least {min_length} characters."
    ),
    "string_pattern_mismatch": _SHAPE,
    "string_type": Words("Dit moet tekst zijn.", "This must be text."),
    "too_long": Words("Dit mogen er hoogstens {max_length} zijn.", "There may be at most {max_length}."),
    "too_short": Words("Kies er minstens {min_length}.", "Choose at least {min_length}."),
    "greater_than_equal": Words("Dit moet minstens {ge} zijn.", "This must be at least {ge}."),
    "less_than_equal": Words("Dit mag hoogstens {le} zijn.", "This may be at most {le}."),
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_type": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_parsing": _YES_OR_NO,
    "bool_type": _YES_OR_NO,
    "uuid_parsing": _ID,
    "uuid_type": _ID,
    "uuid_version": _ID,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_type": _MOMENT,
    "timezone_aware": Words(
        "Zet de tijdzone erbij, bijvoorbeeld een Z aan het eind.",
        "Add the time zone, such as a Z at the end.",
    ),
    "date_from_datetime_inexact": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_parsing": _DATE,
    "date_type": _DATE,
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "dict_type": _SHAPE,
    "list_type": _SHAPE,
    "model_attributes_type": _SHAPE,
    "model_type": _SHAPE,
    "tuple_type": _SHAPE,
    "json_invalid": Words("Dit is geen geldige JSON.", "This is not valid JSON."),
    "moment_out_of_range": Words(
        "Het jaar moet tussen {first} en {last} liggen.", "The year must be between {first} and {last}."
    ),
    "nul_character": Words(
        "Hier staat een teken dat niet mag (NUL).", "There is a character in it that is not allowed (NUL)."
    ),
}
"""By pydantic's name for the kind of error (errors.pydantic.dev), and by our own of `schemas.values`."""


def by_field(errors: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Path of each wrong field, such as `body.call_back.name` -> what is wrong, as {"nl", "en"}.

    `errors` as pydantic lists them. Of several about one field the first stands; what was sent
    is not repeated.
    """
    found: dict[str, dict[str, str]] = {}
    for error in errors:
        path = ".".join(str(part) for part in error["loc"])
        found.setdefault(path, _said(_kind(error), error.get("ctx", {})))
    return found


def _kind(error: Mapping[str, Any]) -> str:
    """Pydantic counts a text as it counts a list where the limit stands behind a check of our own."""
    counted = error["type"] in {"too_long", "too_short"} and isinstance(error.get("input"), str)
    return f"string_{error['type']}" if counted else str(error["type"])


def _said(kind: str, limits: Mapping[str, Any]) -> dict[str, str]:
    words = _EMPTY if kind == "string_too_short" and limits["min_length"] == 1 else _KINDS.get(kind, _OTHER)
    dutch = {name: str(value).replace(" or ", " of ") for name, value in limits.items()}
    return {"nl": words.nl.format_map(dutch), "en": words.en.format_map(limits)}
