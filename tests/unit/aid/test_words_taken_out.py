"""Which words are found in a text however they are spelled, and in which texts of which rows is looked."""

import json
import unicodedata
from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from schemas.refused import Refused
from schemas.values import TEXT_LIMIT
from services.aid.rules import redaction
from services.aid.rules.redaction import FREE_TEXT, Said, Span, cut, redacted
from services.aid.rules.wording import MARK, SHORT_MARK, found_in, patterns_of, without
from services.aid.store.aggregates import AGGREGATES

LETTERS = st.text(st.characters(categories=("Lu", "Ll")), min_size=3, max_size=12)
NAMES = st.lists(LETTERS, min_size=1, max_size=3).map(" ".join)
ELSEWHERE = st.text(st.characters(categories=("Nd", "Po", "Zs")), max_size=20)

NO_TEXT = {
    "affected/*/organisation": "a code",
    "borrower": "a code",
    "by_organisation": "a code",
    "circle/*": "codes",
    "coordinators/*": "keys made of codes and ids",
    "first_yes/circle/*": "codes",
    "first_yes/confirmation/organisation": "a code",
    "guests/*/organisation": "a code",
    "id": "an id, or a code",
    "languages/*": "codes of languages",
    "lender": "a code",
    "lost_readers/*": "keys made of codes and ids",
    "on_behalf_of/entered_by": "a code",
    "proposed/*": "codes",
    "reach/sealed": "sealed: forgotten with the key of who told it",
    "caller/sealed": "sealed: forgotten with the key of who told it",
    "readers/*": "keys made of codes and ids",
    "about/*": "codes and counts, of our own making",
    "reasons/*/value": "a code or a number of kilometres",
    "region": "a code",
    "source": "a code",
    "spoken/*/refused": "a code of ours",
    "standing/*/circle/*": "codes",
    "confirmed/organisation": "a code",
}
"""Path -> why nobody writes what they want there."""


def redact(text: str, words: list[str]) -> str:
    return without(text, found_in(text, patterns_of(words)))


def texts_in(kind: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every place within a state where a text stands."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from texts_in(get_args(kind)[0], path)
    elif origin is dict:
        for each in get_args(kind):
            yield from texts_in(each, (*path, "*"))
    elif origin is tuple:
        yield from texts_in(get_args(kind)[0], (*path, "*"))
    elif origin is not None:
        for each in get_args(kind):
            yield from texts_in(each, path)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield from texts_in(field.annotation, (*path, name))
    elif kind is str or (isinstance(kind, type) and issubclass(kind, str) and not issubclass(kind, Enum)):
        yield "/".join(path)


@pytest.mark.parametrize("kind", AGGREGATES)
def test_every_text_of_every_row_is_looked_through_or_is_known_to_be_none(kind: Any) -> None:
    free = set(FREE_TEXT.get(kind, ()))
    texts = set(texts_in(kind))
    assert free <= texts
    assert texts - free <= NO_TEXT.keys(), "services/aid/rules/redaction.py: FREE_TEXT, or NO_TEXT above"


def test_no_reason_outlives_its_text() -> None:
    assert NO_TEXT.keys() <= {each for kind in AGGREGATES for each in texts_in(kind)}


@given(NAMES, ELSEWHERE, st.sampled_from(["NFC", "NFD"]), st.sampled_from([" ", "  ", "\n", "\u00a0"]))
@example("José Ñandú", "", "NFD", "\t")
@example("Strauß", ".", "NFC", " ")
def test_a_name_is_taken_out_however_it_is_spelled(name: str, around: str, form: Any, between: str) -> None:
    assume(name.swapcase().casefold() == name.casefold() and not around[:1].isdigit())
    spelled = unicodedata.normalize(form, between.join(name.swapcase().split()))
    found = redact(f"{around} {spelled}; {spelled}{around}?", [name])
    assert found == f"{around} {MARK}; {MARK}{around}?"


@given(st.text(max_size=60), LETTERS)
def test_a_text_never_grows_and_is_the_same_the_second_time(text: str, word: str) -> None:
    once = redact(text, [word])
    assert len(once) <= len(text) and redact(once, [word]) == once


@pytest.mark.parametrize(
    ("text", "word", "left"),
    [
        ("Jan belt in januari; vraag Jan.", "Jan", "[…] belt in januari; vraag […]."),
        ("Jansen, jan, Jan-Willem, éJan", "Jan", "Jansen, […], […]-Willem, éJan"),
        ("AdeJan en deJan, de Jan", "Jan", "AdeJan en deJan, de […]"),
        ("Jose en Jose\u0301 zijn twee mensen", "Jose", "[…] en Jose\u0301 zijn twee mensen"),
        ("Bel Jan\u200bsen", "jansen", "Bel […]"),
        ("wachtwoord: Geheim!12.", "geheim!12", "wachtwoord: […]."),
        ("BSN 1234.56.782 en 123456782.", "123456782", "BSN […] en […]."),
        ("nummer 1234567829", "123456782", "nummer 1234567829"),
        ("Yılmaz is YILMAZ", "yılmaz", "[…] is […]"),
        ("Strauß en STRAUSS", "strauss", "[…] en […]"),
        ("Vro\u0301\u0323 is Vr\u1ecd\u0301", "Vr\u1ecd\u0301", "[…] is […]"),
        ("ßa", "ssa", SHORT_MARK),
        ("Niets van dat.", "[…]", "Niets van dat."),
    ],
)
def test_a_word_counts_as_a_whole(text: str, word: str, left: str) -> None:
    assert redact(text, [word]) == left


def test_what_was_taken_out_is_not_found_again() -> None:
    assert found_in(f"Weg: {MARK}", patterns_of([MARK])) == []


SPELLED = [
    "06 12345678", "0612345678", "06-12 34 56 78", "+31612345678", "+31 (0)6 1234 5678", "0031 6 12345678",
    "06.12.34.56.78", "+31-6-12345678", "31612345678", "612345678", "06\u00a01234\n5678",
]  # fmt: skip


@pytest.mark.parametrize("known", ["06 12345678", "+31 (0)6 12345678", "0031612345678"])
@pytest.mark.parametrize("spelled", SPELLED)
def test_a_number_is_taken_out_however_it_is_spaced_and_begun(known: str, spelled: str) -> None:
    assert redact(f"Bel {spelled}, of niet.", [known]) == f"Bel {MARK}, of niet."
    assert redact(f"Bel {spelled}9, of niet.", [known]) == f"Bel {spelled}9, of niet."


def test_seven_digits_are_a_number_and_six_are_a_word() -> None:
    assert redact("Bel 123 45-67.", ["1234567"]) == f"Bel {MARK}."
    assert redact("Kamer 123 456, 123456.", ["123456"]) == f"Kamer 123 456, {MARK}."


def test_a_number_of_abroad_is_another_one_than_ours() -> None:
    assert redact("+49 30 1234567, 0049301234567, 030 1234567", ["+49 301234567"]) == (
        f"{MARK}, {MARK}, 030 1234567"
    )
    assert redact("Bel +612345678.", ["06 12345678"]) == "Bel +612345678."


@pytest.mark.parametrize("word", ["Jo", " a ", "é\u0301", "", "a\u200b\u200b b"])
def test_so_little_is_refused_since_too_much_would_go(word: str) -> None:
    with pytest.raises(Refused, match="word_too_short"):
        redact("Jo a b", ["genoeg", word])


def test_several_words_are_taken_out_at_once_also_where_they_overlap() -> None:
    assert redact("Jan, 06 12345678", ["Jan", "0612345678"]) == f"{MARK}, {MARK}"
    assert redact("Anna Bos Vos", ["Anna Bos", "Bos Vos"]) == MARK
    assert redact("Anna van Vos", ["Anna van Vos", "van"]) == MARK


def said(aggregate: str, state: dict[str, Any], version: int = 1) -> Said:
    key = str(state.get("id", UUID(int=1)))
    return Said(aggregate, key, version, json.dumps(state, ensure_ascii=False).encode(), b"hash")


def test_what_was_taken_out_is_known_by_place_and_length_and_can_be_taken_out_again() -> None:
    state = {
        "affected": [{"services": [{"note": "x"}, {"note": "Anna Bos belt, Anna Bos mailt"}]}],
        "call_back": {"name": "Anna Bos", "phone": "06 1"},
        "description": "Anna Bos",
        "pattern": "Anna Bos",
    }
    (found,) = redacted([said("incident", state)], ["anna bos"])
    assert found.spans == (
        Span(path="description", start=0, length=8),
        Span(path="affected/0/services/1/note", start=0, length=8),
        Span(path="affected/0/services/1/note", start=15, length=8),
        Span(path="call_back"),
    )
    left = json.loads(found.payload)
    assert left["affected"][0]["services"][1]["note"] == f"{MARK} belt, {MARK} mailt"
    assert left["call_back"] is None and left["pattern"] == "Anna Bos"
    assert cut(found.said.payload, found.spans) == found.payload
    assert "Bos" not in "".join(each.model_dump_json() for each in found.spans)


def test_only_the_newest_version_that_held_a_word_is_said_anew_and_a_text_counts_once() -> None:
    lines = [said("log_entry", {"id": "a", "text": "Anna"}), said("log_entry", {"id": "a", "text": "-"}, 2)]
    more = [said("log_entry", {"id": "b", "text": "Anna"}), said("log_entry", {"id": "b", "text": "Anna"}, 2)]
    found = redacted([*lines, *more], ["Anna"])
    again = redaction.newest_changed([*lines, *more], found)
    assert [(each.said.key, each.said.version) for each in again] == [("b", 2)]
    assert redaction.places(found) == 2


def test_the_limit_of_a_text_holds_afterwards() -> None:
    text = "ßa " * (TEXT_LIMIT // 3)
    assert len(redact(text, ["ssa"])) <= TEXT_LIMIT
