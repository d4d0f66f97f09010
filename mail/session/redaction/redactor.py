"""Hides the words of a text that contain a secret."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mail.report.failure import Failure
from mail.secret import Secret
from mail.session.redaction.folding import Folded, fold
from mail.session.redaction.forms import forms
from mail.session.redaction.search import Hit, in_line, split

REDACTED = "[redacted]"

_SHORT_CHARS = 3
"""A secret with fewer characters is hidden only where it is a whole word.

Such a secret is part of most words. Hiding all of them would make every text unreadable, and the
letters that remain visible would show what the secret is.
"""
_MAX_DETAIL_CHARS = 300
_CODE = re.compile(r"[2-5]\d\d(?:[ -]|$)")
_WORD = re.compile(r"\S+")


class Redactor:
    """Knows the secrets of one attempt and finds them in text.

    This complements the redaction by protocol state and does not replace it. The protocol state
    covers the sign-in dialogue; the redactor covers a server that repeats a secret anywhere else.
    `public` are values of the sign-in that are no secrets, such as the username.
    """

    def __init__(self, secrets: Iterable[Secret] = (), public: Iterable[str] = ()) -> None:
        self._needles: set[str] = set()
        self._words: set[str] = set()
        values = {secret.reveal().encode("utf-8", "surrogatepass") for secret in secrets}
        self._public = {name.encode("utf-8", "surrogatepass") for name in public} - values
        for value in values:
            self.learn(value)

    def learn(self, value: bytes) -> None:
        """Adds a secret, such as an access token that was just fetched."""
        if value in self._public:
            return
        short = len(value.decode("utf-8", "replace")) < _SHORT_CHARS
        for form in filter(None, (fold(each).text for each in forms(value))):
            (self._words if short or len(form) < _SHORT_CHARS else self._needles).add(form)

    def clean(self, text: str) -> str:
        """Returns `text` with every word that contains a secret replaced by `REDACTED`.

        The secret may be in plain text or in a common encoding.
        Whole words are replaced, because cutting out only the secret would show its length.
        """
        hits = tuple(self._hits((text,), (0,)))
        return _without(text, 0, hits) if hits else text

    def clean_failure(self, failure: Failure) -> Failure:
        """Returns the failure with its detail cleaned, and then cut if it is long.

        A cut through a secret would leave a part of it that is not found.
        """
        detail = self.clean(failure.detail)
        if len(detail) > _MAX_DETAIL_CHARS:
            detail = detail[:_MAX_DETAIL_CHARS].rstrip() + " …"
        return replace(failure, detail=detail)

    def clean_reply(self, lines: Sequence[str]) -> tuple[str, ...]:
        """Returns the lines of a reply, cleaned, with their codes.

        A secret that is split over several lines is found too. The codes are never hidden: they are
        words of the protocol, and a secret such as `250` would hide all of them.
        """
        starts = [found.end() if (found := _CODE.match(line)) else 0 for line in lines]
        touched: dict[int, list[Hit]] = {}
        for hit in self._hits(lines, starts):
            touched.setdefault(hit.line, []).append(hit)
        return tuple(
            _without(line, start, touched[number]) if number in touched else line
            for number, (line, start) in enumerate(zip(lines, starts, strict=True))
        )

    def _hits(self, lines: Sequence[str], starts: Sequence[int]) -> Iterator[Hit]:
        whole = [fold(line) for line in lines]
        texts = [_from(line, start) for line, start in zip(whole, starts, strict=True)]
        for needle in self._needles:
            for number, line in enumerate(whole):
                yield from in_line(number, line, needle)
            yield from split(texts, needle)
        if self._words:
            for number, (text, start) in enumerate(zip(lines, starts, strict=True)):
                yield from self._short_words(number, text, start)

    def _short_words(self, number: int, line: str, start: int) -> Iterator[Hit]:
        for word in _WORD.finditer(line, start):
            if self._words & {fold(word[0]).text, fold(_bare(word[0])).text}:
                yield Hit(number, word.start(), word.end() - 1)


def _bare(word: str) -> str:
    """Returns the word without the punctuation around it."""
    inner = [index for index, char in enumerate(word) if char.isalnum()]
    return word[inner[0] : inner[-1] + 1] if inner else word


def _from(line: Folded, start: int) -> Folded:
    """Returns the line without what comes before `start`; places stay those of the whole line."""
    skipped = sum(place < start for place in line.places)
    return Folded(line.original, line.text[skipped:], line.places[skipped:])


def _without(line: str, start: int, hits: Sequence[Hit]) -> str:
    """Returns the line with `REDACTED` in place of each run of words that a hit touches."""
    touched = bytearray(len(line))
    for hit in hits:
        touched[hit.first : hit.last + 1] = b"\1" * (hit.last + 1 - hit.first)
    shown, end, hiding = [line[:start]], start, False
    for word in _WORD.finditer(line, start):
        hidden = any(touched[word.start() : word.end()])
        if not (hidden and hiding):
            shown += line[end : word.start()], REDACTED if hidden else word[0]
        end, hiding = word.end(), hidden
    return "".join((*shown, line[end:]))
