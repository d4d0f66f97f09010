"""Texts in a form in which a secret is found however it is spaced or capitalized."""

from dataclasses import dataclass
from functools import cached_property

_MAX_PUNCTUATION = 8
_ALPHABET = {"-": "+", "_": "/"}
"""Base64url uses other characters than base64 for the last two digits."""


@dataclass(frozen=True)
class Folded:
    """A text without blanks, control characters and case, and with base64url as base64.

    `places` are the positions in `original` from which the characters of `text` come.
    """

    original: str
    text: str
    places: tuple[int, ...]

    def starts_word(self, index: int) -> bool:
        """Returns whether a word may begin at `index`: at a blank or at punctuation."""
        place = self.places[index]
        return (
            place == 0
            or not self.original[place - 1].isalnum()
            or not self.original[place].isalnum()
        )

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """Where the last word may end: at the end, or before some of the punctuation there."""
        end = len(self.text)
        bare = end
        while bare > max(1, end - _MAX_PUNCTUATION) and not self.text[bare - 1].isalnum():
            bare -= 1
        return tuple(range(end, bare - 1, -1))


def fold(original: str) -> Folded:
    """Returns `original` in the form in which secrets are searched.

    Characters are folded one by one, so that each keeps its place.
    """
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(original):
        if char.isspace() or not char.isprintable() or char == "\N{REPLACEMENT CHARACTER}":
            continue
        for folded in char.casefold():
            chars.append(_ALPHABET.get(folded, folded))
            places.append(place)
    return Folded(original, "".join(chars), tuple(places))
