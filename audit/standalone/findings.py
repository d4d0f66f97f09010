"""Gathers what is wrong with a trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Finding(NamedTuple):
    """What is wrong: at which event first (None: with the whole), and how often it was found."""

    code: str
    seq: int | None
    message: str
    times: int = 1


class Findings(dict[str, Finding]):
    """The first finding of each code, in the order in which they were found."""

    def add(self, code: str, seq: int | None, message: str) -> None:
        """Adds a finding; of each code the first is kept, and the others are counted."""
        if code in self:
            self[code] = self[code]._replace(times=self[code].times + 1)
        else:
            self[code] = Finding(code, seq, escaped(message, keep=str.isprintable))

    @property
    def total(self) -> int:
        """How often anything was found."""
        return sum(each.times for each in self.values())


def escaped(text: str, *, keep: Callable[[str], bool]) -> str:
    """Writes the characters that are not to be kept as JSON's escapes.

    An attacker may choose names and values. Raw, they could move a terminal's cursor or turn the
    direction of writing, and so hide what is reported about them.
    """
    return "".join(each if keep(each) else _escape(each) for each in text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
