"""What is wrong with a field is said in two languages, shortly, and without the validator's own words."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Field, ValidationError

from schemas.values import NAME_LIMIT, Command, Moment, Name, Phase, Phone, ShortText, Text
from services.aid.words import WORDS
from services.runtime.fields import by_field
from services.runtime.problems import COMMON, Words

UUID_TEXT = "01936b1c-7000-7000-8000-000000000001"


class Inner(Command):
    """A part of a body."""

    name: Name = ""


class Body(Command):
    """One field of every kind that our commands have."""

    text: Text = ""
    short: ShortText = "x"
    phone: Phone = "0612345678"
    number: Annotated[int, Field(ge=1, le=50)] = 1
    id: UUID = UUID(UUID_TEXT)
    at: Moment | None = None
    day: date | None = None
    phase: Phase = Phase.ACUTE
    word: Literal["a", "b"] = "a"
    on: bool = False
    several: Annotated[tuple[int, ...], Field(min_length=1, max_length=2)] = (1,)
    inner: Inner = Inner()


CASES: list[tuple[str, Any, str, str]] = [
    ("text", "x" * 4001, "Dit mag hoogstens 4000 tekens zijn.", "This may be at most 4000 characters."),
    ("text", 3, "Dit moet tekst zijn.", "This must be text."),
    (
        "text",
        "a\0b",
        "Hier staat een teken dat niet mag (NUL).",
        "There is a character in it that is not allowed (NUL).",
    ),
    ("short", " ", "Vul dit in.", "Fill this in."),
    (
        "phone",
        "bel mij",
        "Dit heeft niet de vorm die hier hoort.",
        "This does not have the shape that belongs here.",
    ),
    ("number", "drie", "Dit moet een heel getal zijn.", "This must be a whole number."),
    ("number", 1.5, "Dit moet een heel getal zijn.", "This must be a whole number."),
    ("number", None, "Dit moet een heel getal zijn.", "This must be a whole number."),
    ("number", 0, "Dit moet minstens 1 zijn.", "This must be at least 1."),
    ("number", 51, "Dit mag hoogstens 50 zijn.", "This may be at most 50."),
    ("id", "7", "Dit is geen geldige id (UUID).", "This is not a valid id (UUID)."),
    ("id", 7, "Dit is geen geldige id (UUID).", "This is not a valid id (UUID)."),
    ("at", "morgen", "Dit is geen geldig tijdstip.", "This is not a valid time."),
    ("at", [], "Dit is geen geldig tijdstip.", "This is not a valid time."),
    (
        "at",
        "2026-01-05T07:10:00",
        "Zet de tijdzone erbij, bijvoorbeeld een Z aan het eind.",
        "Add the time zone, such as a Z at the end.",
    ),
    (
        "at",
        "1500-01-05T07:10:00Z",
        "Het jaar moet tussen 1900 en 2200 liggen.",
        "The year must be between 1900 and 2200.",
    ),
    ("day", "de 20e", "Dit is geen geldige datum.", "This is not a valid date."),
    (
        "phase",
        "later",
        "Dit kan hier niet. Kies uit: 'acute', 'recovery' of 'aftermath'.",
        "This cannot be here. Choose from: 'acute', 'recovery' or 'aftermath'.",
    ),
    (
        "word",
        "c",
        "Dit kan hier niet. Kies uit: 'a' of 'b'.",
        "This cannot be here. Choose from: 'a' or 'b'.",
    ),
    ("on", "misschien", "Dit moet ja of nee zijn (true of false).", "This must be true or false."),
    ("several", [], "Kies er minstens 1.", "Choose at least 1."),
    ("several", [1, 2, 3], "Dit mogen er hoogstens 2 zijn.", "There may be at most 2."),
    (
        "several",
        1,
        "Dit heeft niet de vorm die hier hoort.",
        "This does not have the shape that belongs here.",
    ),
    ("extra", 1, "Dit veld bestaat hier niet.", "There is no such field here."),
]


def said(model: type[Command], **sent: object) -> dict[str, dict[str, str]]:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(sent)
    return by_field(refused.value.errors())


@pytest.mark.parametrize(("name", "value", "nl", "en"), CASES)
def test_a_kind_of_mistake_has_a_sentence_in_both_languages(name: str, value: Any, nl: str, en: str) -> None:
    assert said(Body, **{name: value}) == {name: {"nl": nl, "en": en}}


def test_a_part_of_a_part_is_named_by_its_path_and_its_limit_is_said() -> None:
    found = said(Body, inner={"name": "x" * (NAME_LIMIT + 1)})
    assert found["inner.name"]["nl"] == "Dit mag hoogstens 200 tekens zijn."


def test_what_is_missing_is_said_to_be_missing() -> None:
    class Needs(Command):
        number: int

    assert said(Needs) == {"number": {"nl": "Dit ontbreekt.", "en": "This is missing."}}


def test_an_unknown_kind_still_has_words_and_repeats_nothing_that_was_sent() -> None:
    error = {"type": "brand_new", "loc": ("body", 3), "msg": "English", "input": "secret", "ctx": {}}
    assert by_field([error]) == {"body.3": {"nl": "Dit klopt niet.", "en": "This is not right."}}


def test_of_two_mistakes_in_one_field_the_first_is_told() -> None:
    first, second = ({"type": kind, "loc": ("a",)} for kind in ("missing", "bool_type"))
    assert by_field([first, second])["a"]["en"] == "This is missing."


@pytest.mark.parametrize("words", [*COMMON.values(), *WORDS.values()], ids=[*COMMON, *WORDS])
def test_every_problem_speaks_to_its_reader_as_the_pages_do(words: Words) -> None:
    assert not {"u", "uw"} & set(words.nl.lower().replace(",", " ").replace(".", " ").split())
