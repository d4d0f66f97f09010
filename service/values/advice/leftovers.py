"""What copying and pasting leaves in a username or password: blanks, quotes, masks and the like.

A warning names what was found and where, and never another character of the value.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Leftover:
    """A finding: its problem's code, what was found, and the text without it if that is clear."""

    code: str
    found: str
    cleaned: str | None = None


_QUOTES: Final = (
    '"\u201c\u201d\u201e\u201f\uff02',
    "'`\u00b4\u2018\u2019\u201a\u201b\uff07",
    "\u00ab\u00bb",
    "\u2039\u203a",
    "\u300c\u300d",
)
"""Kinds of quotes. Languages differ in which of a kind is the opening quote."""
_BULLETS: Final = "*•●∙·⚫⬤○◦▪■＊∗⁎✱"  # noqa: RUF001 (what masks are made of)
_MASK: Final = re.compile(
    rf"[{_BULLETS}]{{3,}}"
    r"|[xX]{6,}|[xX]{4}(?:[ -]?[xX]{4})+"
    r"|(?:[\[<({*]+\s*)(?:redacted|masked|hidden|unchanged|encrypted)\b[^\])>}*]*[\])>}*]+",
    re.IGNORECASE,
)
_PARTLY_MASKED: Final = re.compile(rf"([{_BULLETS}])\1{{3}}")
# Invisible, though their categories do not say so: fillers, joiners and a blank Braille pattern.
_OTHERS_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_NAMES: Final = {"\t": "TAB"}
_JOINERS: Final = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""Characters that belong to an emoji, or to letters of some scripts."""


def find_leftovers(text: str) -> tuple[Leftover, ...]:
    """Returns what is probably not a part of the value."""
    return (*_blanks(text), *_invisible(text), *_quotes(text), *_masks(text))


def _blanks(text: str) -> Iterator[Leftover]:
    head, middle, tail = _edges(text)
    found = [
        f"{words} {_listed(blanks)}"
        for words, blanks in (("begins with", head), ("ends with", tail))
        if any(map(_is_blank, blanks))
    ]
    if found:
        yield Leftover("BLANKS_AROUND_VALUE", " and ".join(found), middle or None)


def _invisible(text: str) -> Iterator[Leftover]:
    head, middle, _ = _edges(text)
    inside = range(len(head), len(head) + len(middle))
    places = [
        place
        for place, character in enumerate(text)
        if (not _is_blank(character) or (place in inside and character != " "))
        and _cannot_be_seen(text, place)
    ]
    if places:
        names = [f"{_name(text[place])} {_place(place, text)}" for place in places]
        shown = ", ".join(dict.fromkeys(names[:3])) + (" and more" if len(names) > 3 else "")  # noqa: PLR2004 (enough to find them)
        cleaned = "".join(
            " " if _is_blank(character) else "" if place in places else character
            for place, character in enumerate(text)
        )
        yield Leftover("INVISIBLE_CHARACTERS", shown, cleaned or None)


def _quotes(text: str) -> Iterator[Leftover]:
    inner = _trimmed(text)
    if not _is_quoted(inner):
        return
    opening = inner[0]
    while _is_quoted(inner):
        inner = _trimmed(inner[1:-1])
    yield Leftover("QUOTES_AROUND_VALUE", _name(opening), inner or None)


def _masks(text: str) -> Iterator[Leftover]:
    inner = _trimmed(text)
    while _is_quoted(inner):
        inner = _trimmed(inner[1:-1])
    if _MASK.fullmatch(inner):
        yield Leftover("VALUE_IS_MASKED", "is a mask")
    elif partly := _PARTLY_MASKED.search(inner):
        yield Leftover("VALUE_IS_MASKED", f"contains a row of {_name(partly[1])}")


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and any(text[0] in kind and text[-1] in kind for kind in _QUOTES)


def _edges(text: str) -> tuple[str, str, str]:
    """Splits a text into what is invisible at its start, the rest, and what is so at its end."""
    seen = [place for place in range(len(text)) if not _cannot_be_seen(text, place)]
    if not seen:
        return text, "", ""
    return text[: seen[0]], text[seen[0] : seen[-1] + 1], text[seen[-1] + 1 :]


def _trimmed(text: str) -> str:
    return _edges(text)[1]


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Zs"


def _cannot_be_seen(text: str, place: int) -> bool:
    character = text[place]
    if character in _JOINERS and place > 0:
        return not _joins(text[place - 1], text[place + 1 : place + 2])
    return (
        _is_blank(character)
        or character in _OTHERS_INVISIBLE
        or unicodedata.category(character) in {"Cf", "Cc", "Zl", "Zp"}
    )


def _joins(before: str, after: str) -> bool:
    """Returns whether a joiner after a character has a purpose there."""
    category = unicodedata.category(before)
    if category in {"So", "Sk", "Me"} or before == "\ufe0f":
        return True
    # Letters without case: Arabic, Persian and the scripts of India.
    return category in {"Lo", "Mn", "Mc"} and unicodedata.category(after or " ") in {"Lo", "Mc"}


def _listed(blanks: str) -> str:
    return ", ".join(dict.fromkeys(_name(each) for each in blanks if _is_blank(each)))


def _name(character: str) -> str:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "") or _NAMES.get(character, "control character")
    return f"{name} ({code})"


def _place(place: int, text: str) -> str:
    if place == 0:
        return "at the start"
    return "at the end" if place == len(text) - 1 else f"as character {place + 1}"
