"""The words by which an event is found: of its actor, reason, fields, values and error code.

They are made here, for both databases alike, so that both find the same. A word is a run of
letters and digits, folded to one case; what is searched for is cut in the same way.
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
_SOUGHT: Final = re.compile(r"[^\W_]+\*?")
_FIELD_MARK: Final = "_"


class Fact(StrEnum):
    """What of an event has a word of its own, and the mark that this begins with.

    Action and outcome together have one too: failed tests, refused changes and the like are asked
    for often, and each of the two alone is of a good part of the trail.
    """

    ACTION = "__a"
    OUTCOME = "__o"
    ACTION_AND_OUTCOME = "__b"
    ACTOR = "__i"
    REVISION = "__r"
    CORRELATION = "__c"


def event_words(event: Event) -> str:
    """An event's words, each once, separated by spaces; of very long texts the first ones."""
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
    # All texts at once: a line's end is no part of a word, and changes none beside it.
    words += _words("\n".join(_texts(event)))
    return " ".join(list(dict.fromkeys(words))[:_MOST])


@lru_cache(maxsize=512)
def field_word(name: str) -> str:
    """The word that stands for "this field was changed": no text can hold it."""
    return _FIELD_MARK + "".join(_words(name))


@lru_cache(maxsize=512)
def fact_word(fact: Fact, *values: str | int) -> str:
    """The word that stands for a fact, by which it is found together with others.

    Other facts than one meant may have the same word, if they are very odd; never the other way.
    """
    return fact.value + "".join(_words(" ".join(map(str, values)).replace("_", " ")))


def sought_words(text: str) -> tuple[str, ...]:
    """The words of a search, of which an event must have all; `mail*` is any that begins so."""
    found = dict.fromkeys(_SOUGHT.findall(_fold(text)))
    return tuple(
        _spell(word.removesuffix("*")) + ("*" if word.endswith("*") else "") for word in found
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
    return list(map(_spell, found))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _spell(word: str) -> str:
    """ASCII for every word, so that no database's own idea of letters takes part."""
    return "".join(c if c.isascii() else f"u{ord(c):x}" for c in word)[:_LONGEST]
