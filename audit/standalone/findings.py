"""Collects what is wrong with a trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Finding(NamedTuple):
    """What is wrong, first at which event (None: the whole trail), and how often it was found."""

    code: str
    seq: int | None
    message: str
    times: int = 1


class Findings(dict[str, Finding]):
    """The first finding of each code, in the order in which they were found."""

    def add(self, code: str, seq: int | None, message: str) -> None:
        """Adds a finding. Keeps the first of each code, and counts the others."""
        if code in self:
            self[code] = self[code]._replace(times=self[code].times + 1)
        else:
            self[code] = Finding(code, seq, escaped(message, keep=str.isprintable))

    @property
    def total(self) -> int:
        """The number of findings, repeated ones included."""
        return sum(each.times for each in self.values())


def escaped(text: str, *, keep: Callable[[str], bool]) -> str:
    """Returns the text with JSON escapes for the characters that `keep` rejects.

    An attacker may choose names and values. Unescaped, these could move a terminal's cursor or
    reverse the direction of the text, and so hide what is reported about them.
    """
    return "".join(each if keep(each) else _escape(each) for each in text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
