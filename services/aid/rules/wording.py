"""Finds words in a text however they are spelled there, and takes them out."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.refused import Refused

MARK: Final = "[…]"
"""Stands where something was taken out."""

SHORT_MARK: Final = "…"
"""The same where less than a mark was taken out: a text never grows, so it stays within its limit."""

SHORTEST: Final = 3
"""Characters of a word; of two letters half of all sentences are made."""

FEWEST_DIGITS: Final = 7
"""From so many on, a word of digits alone is a number that people write with spaces, dots and dashes."""

_NUMBER: Final = re.compile(r"\+?[0-9 ()./\-\u2010-\u2015]+")
_BETWEEN: Final = r"[ ()./\-\u2010-\u2015]*"
_HERE: Final = ("+31", "0031", "0")
"""Ways to begin a Dutch telephone number; the digits after them are the same."""

_BEGINNINGS: Final = rf"(?:(?:\+|00)?31{_BETWEEN}(?:0{_BETWEEN})?|0{_BETWEEN})?"


@dataclass(frozen=True)
class _Folded:
    """A text as it is compared, and for each of its characters which one of the original it comes of."""

    text: str
    places: Sequence[int]


def found_in(text: str, patterns: Sequence[re.Pattern[str]]) -> list[tuple[int, int]]:
    """Where words stand in a text, by what finds them: (start, length), in order, never overlapping.

    Case, runs of whitespace and how an accent is encoded make no difference; a word counts as a whole only. A
    telephone number is the same one with +31, 0031 or 0, and however its digits are spaced.
    """
    folded = _fold(text)
    hits = sorted(span for pattern in patterns for span in _spans(folded, pattern))
    return [(start, end - start) for start, end in _joined(hits) if text[start:end] not in (MARK, SHORT_MARK)]


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with a mark instead of each of these stretches; they are in order and do not overlap."""
    kept, at = "", 0
    for start, length in spans:
        kept += text[at:start] + (MARK if length >= len(MARK) else SHORT_MARK)
        at = start + length
    return kept + text[at:]


def patterns_of(words: Sequence[str]) -> list[re.Pattern[str]]:
    """What finds each word in a folded text. Refused: `word_too_short`."""
    if any(is_too_short(word) for word in words):
        raise Refused("word_too_short", least=SHORTEST)
    return [_pattern(_fold(word).text.strip()) for word in words]


def is_too_short(word: str) -> bool:
    """Whether so little would take out what nobody meant."""
    return sum(not each.isspace() and not _is_accent(each) for each in _fold(word).text) < SHORTEST


def _pattern(word: str) -> re.Pattern[str]:
    digits = re.sub(r"[^0-9]", "", word)
    if _NUMBER.fullmatch(word) and len(digits) >= FEWEST_DIGITS:
        return _number(word, digits)
    letters = [each for each in word if not _is_accent(each)] or [""]
    before = r"(?<!\w)" if _is_letter(letters[0]) else ""
    after = r"(?!\w)" if _is_letter(letters[-1]) else ""
    return re.compile(before + re.escape(word) + after)


def _number(word: str, digits: str) -> re.Pattern[str]:
    bare = word.replace(" ", "")
    here = next((each for each in _HERE if bare.startswith(each)), None)
    if here is None:
        beginning = r"(?:\+|00)?"
    else:
        digits = digits.removeprefix(here.removeprefix("+")).removeprefix("0")
        beginning = _BEGINNINGS
    return re.compile(rf"(?<![\w+]){beginning}\(?{_BETWEEN.join(digits)}(?!\w)")


def _is_letter(character: str) -> bool:
    return re.match(r"\w", character) is not None


def _is_accent(character: str) -> bool:
    return unicodedata.combining(character) != 0


def _spans(folded: _Folded, pattern: re.Pattern[str]) -> Iterable[tuple[int, int]]:
    text = folded.text
    for hit in pattern.finditer(text):
        start, end = hit.span()
        # Accents stand apart here: "Jose" is no part of "José", nor "Jan" of "éJan".
        goes_on = end < len(text) and _is_accent(text[end])
        began = start > 0 and _is_accent(text[start - 1]) and _is_letter(text[start])
        if not goes_on and not began:
            yield folded.places[start], max(folded.places[start:end]) + 1


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _fold(text: str) -> _Folded:
    """In small letters, accents apart in one order, each run of whitespace one space, nothing invisible."""
    if text.isascii():
        return _fold_plain(text)
    folded: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        if character.isspace():
            if not folded or folded[-1][0] != " ":
                folded.append((" ", place))
        elif unicodedata.category(character) != "Cf":
            folded += [(each, place) for each in _small(character)]
    ordered = _in_order(folded)
    return _Folded("".join(each for each, _ in ordered), [place for _, place in ordered])


def _fold_plain(text: str) -> _Folded:
    """The same, five times as fast, of what has no accents and nothing invisible: nearly all of it."""
    blank = [each.isspace() for each in text]
    places = [at for at in range(len(text)) if not (blank[at] and at and blank[at - 1])]
    return _Folded("".join(" " if blank[at] else text[at] for at in places).lower(), places)


def _small(character: str) -> str:
    apart = unicodedata.normalize("NFD", character).casefold()
    # Yılmaz in capitals is YILMAZ.
    return unicodedata.normalize("NFD", apart).replace("ı", "i")


def _in_order(folded: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Accents on one letter in their canonical order, which Unicode gives to whole texts alone."""
    if all(not _is_accent(each) for each, _ in folded):
        return folded
    letter, keys = 0, list[tuple[int, int]]()
    for each, _ in folded:
        accent = unicodedata.combining(each)
        letter += accent == 0
        keys.append((letter, accent))
    order = sorted(range(len(folded)), key=keys.__getitem__)
    return [folded[each] for each in order]
