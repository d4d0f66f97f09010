"""Finds a secret in a line, or split over several lines of a reply."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mail.session.redaction.folding import Folded

_LONG_PIECE = 6
"""A piece of a secret with so many characters is found even in the middle of a word."""


_LITTLE_TEXT = 20
_MAX_PIECES, _MAX_ENDS = 8, 32
"""Limits for secrets that repeat themselves, such as `aaaaaaaa`; no other secret reaches them.

The longest pieces come first, because a shorter piece that fits is only a part of the longest.
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret or a piece of it: the line's number, and the first and the last position in it."""

    line: int
    first: int
    last: int


@dataclass(eq=False, slots=True)
class _Piece:
    """A piece of a secret at the end of a line, and the pieces that may come before it."""

    hit: Hit
    before: list["_Piece"] = field(default_factory=list)


_Ends = Mapping[int, Sequence[_Piece]]
"""How many characters of a secret end at the end of a line, and its last pieces there."""


def in_line(number: int, line: Folded, needle: str) -> Iterator[Hit]:
    """Yields every place in a line where the whole needle is."""
    for start in _starts(line.text, needle):
        yield _hit(number, line, start, len(needle))


def split(lines: Sequence[Folded], needle: str) -> Iterator[Hit]:
    """Yields the pieces of a needle that is split over consecutive lines.

    A piece ends with its line, apart from punctuation. Before the next piece, its line may have any
    words, such as an enhanced status code. A line with little text, such as only that code, may be
    between two pieces.
    """
    ends: _Ends = {}
    found: set[_Piece] = set()
    for number, line in enumerate(lines):
        for size, pieces in ends.items():
            if last := tuple(_last(number, line, needle[size:])):
                yield from last
                yield from _all_before(pieces, found)
        ends = _continued(number, line, needle, ends)


def _last(number: int, line: Folded, rest: str) -> Iterator[Hit]:
    for start in _starts(line.text, rest):
        if _may_start(line, start, len(rest)):
            yield _hit(number, line, start, len(rest))


def _all_before(pieces: Sequence[_Piece], found: set[_Piece]) -> Iterator[Hit]:
    """Yields the hits of the pieces and of those before them, without the ones already found."""
    waiting = [piece for piece in pieces if piece not in found]
    while waiting:
        piece = waiting.pop()
        found.add(piece)
        yield piece.hit
        waiting.extend(each for each in piece.before if each not in found)


def _continued(number: int, line: Folded, needle: str, ends: _Ends) -> _Ends:
    """Returns what of the needle ends with this line, continuing `ends` or as a first piece."""
    found = {size: list(pieces) for size, pieces in ends.items() if len(line.text) < _LITTLE_TEXT}
    for size, pieces in {**ends, 0: ()}.items():
        before = list(pieces)
        for start, length in islice(_last_pieces(line, needle, size), _MAX_PIECES):
            piece = _Piece(_hit(number, line, start, length), before)
            found.setdefault(size + length, []).append(piece)
    return {size: found[size] for size in sorted(found, reverse=True)[:_MAX_ENDS]}


def _last_pieces(line: Folded, needle: str, size: int) -> Iterator[tuple[int, int]]:
    """Yields start and length of each piece after the first `size` characters that ends a line."""
    for end in line.ends if line.text else ():
        after = min(len(needle) - 1, size + end)
        while (after := needle.rfind(line.text[end - 1], size, after)) >= 0:
            length = after + 1 - size
            fits = line.text.startswith(needle[size : after + 1], end - length)
            if fits and (size == 0 or _may_start(line, end - length, length)):
                yield end - length, length


def _may_start(line: Folded, start: int, length: int) -> bool:
    return length >= _LONG_PIECE or line.starts_word(start)


def _starts(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _hit(number: int, line: Folded, start: int, length: int) -> Hit:
    return Hit(number, line.places[start], line.places[start + length - 1])
