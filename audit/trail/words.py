"""The words by which an event is found: of its actor, reason, fields, values and error code.

They are computed here and not by the database, so that both databases find the same events. A word
is a run of letters and digits, case-folded. The text of a search is split in the same way.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final

from audit.event import Event

_MOST: Final = 400
_LONGEST: Final = 48
_WORD: Final = re.compile(r"[^\W_]+")
_SEARCH_WORD: Final = re.compile(r"[^\W_]+\*?")
_FIELD_MARK: Final = "_"


class Fact(StrEnum):
    """The facts about an event that have a word of their own, and the mark with which it begins.

    Action and outcome also have a word together: failed tests, refused changes and the like are
    searched for often, and each of the two alone matches a large part of the trail.
    """

    ACTION = "__a"
    OUTCOME = "__o"
    ACTION_AND_OUTCOME = "__b"
    ACTOR = "__i"
    REVISION = "__r"
    CORRELATION = "__c"


def event_words(event: Event) -> str:
    """Returns an event's words, each once, separated by spaces: at most the first 400."""
    words = [
        fact_word(Fact.ACTION, event.action),
        fact_word(Fact.OUTCOME, event.outcome),
        fact_word(Fact.ACTION_AND_OUTCOME, event.action, event.outcome),
    ]
    if event.actor.id is not None:
        words.append(fact_word(Fact.ACTOR, event.actor.id))
    if event.revision is not None:
        words.append(fact_word(Fact.REVISION, event.revision))
    if event.correlation_id is not None:
        words.append(fact_word(Fact.CORRELATION, event.correlation_id))
    words += map(field_word, _changed_fields(event))
    # All texts at once, which is faster: a newline separates words and changes none.
    words += _words("\n".join(_texts(event)))
    return " ".join(list(dict.fromkeys(words))[:_MOST])


@lru_cache(maxsize=512)
def field_word(name: str) -> str:
    """Returns the word that means "this field was changed". No text can contain it."""
    return _FIELD_MARK + "".join(_words(name))


@lru_cache(maxsize=512)
def fact_word(fact: Fact, *values: str | int) -> str:
    """Returns the word that stands for a fact, so that it is found together with other words.

    Two facts with very unusual values may share a word, but a fact never has two words.
    """
    return fact.value + "".join(_words(" ".join(map(str, values)).replace("_", " ")))


def search_words(text: str) -> tuple[str, ...]:
    """Returns a search's words, all of which an event must have; `mail*` means any beginning."""
    found = dict.fromkeys(_SEARCH_WORD.findall(_fold(text)))
    return tuple(
        _to_ascii(word.removesuffix("*")) + ("*" if word.endswith("*") else "") for word in found
    )


def _changed_fields(event: Event) -> Iterator[str]:
    yield from (change.field for change in event.changes)
    refused = event.detail.get("fields")
    if isinstance(refused, str):
        yield from (part.partition(":")[0] for part in refused.split(","))


def _texts(event: Event) -> Iterator[str]:
    for text in (event.actor.name, event.actor.id, event.reason, event.error_code):
        if text is not None:
            yield text
    for change in event.changes:
        yield change.field
        yield from (text for text in (change.before, change.after) if text is not None)
    yield from (value for value in event.detail.values() if isinstance(value, str))


def _words(text: str) -> list[str]:
    folded = _fold(text)
    found: list[str] = _WORD.findall(folded)
    if folded.isascii():  # the same, in half the time
        return [word[:_LONGEST] for word in found]
    return list(map(_to_ascii, found))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _to_ascii(word: str) -> str:
    """Returns a word in ASCII, so that no database's own rules about letters matter."""
    return "".join(c if c.isascii() else f"u{ord(c):x}" for c in word)[:_LONGEST]
