"""A server's reply to one command (RFC 5321 §4.2)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_ENHANCED = re.compile(r"\s*(?:#|\()?([245]\.\d{1,3}\.\d{1,3})(?!\w|\.\d)")
_REFUSALS = "45"
_STARS = re.compile(r"(?=.*\*{4})[*20\s]+")
_CROSSED_OUT = re.compile(r"\bX{3,}[A-Z]\b")
MAX_TEXT_CHARS = 1000


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its code, and its lines without the code, safe to show.

    `raw` is the text as received, without the codes, its lines joined by line feeds. The protocol
    reads it, because a password such as `smtp` hides words in `lines`. It may contain a challenge
    or an echoed secret, so it is never shown.
    """

    code: int
    lines: tuple[str, ...]
    raw: str = field(repr=False, default="")

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code (RFC 3463), such as `5.7.8`, or None if the reply has none.

        It is read only where it belongs, directly after a line's reply code (RFC 2034 §4). Its
        first digit must fit the reply code, except that servers confuse temporary and permanent
        refusals. If the lines have different codes, a code of another meaning is not taken.
        """
        lines = self.raw.split("\n") if self.raw else self.lines
        found = [match[1] for line in lines if (match := _ENHANCED.match(line))]
        digit = str(self.code)[:1]
        fitting = [each for each in found if each[0] == digit]
        similar = [each for each in found if digit in _REFUSALS and each[0] in _REFUSALS]
        return next(iter(fitting or similar), None)

    @property
    def text(self) -> str:
        """The reply's lines joined into one, cut after `MAX_TEXT_CHARS` characters.

        An enhanced status code that each line repeats is shown once.
        """
        text = " ".join(line for line in _without_repeated_codes(self.lines) if line)
        return text if len(text) <= MAX_TEXT_CHARS else text[:MAX_TEXT_CHARS] + " [cut]"

    @property
    def masked(self) -> bool:
        """Whether a firewall seems to have replaced words of the reply.

        Cisco's SMTP inspection replaces the greeting by asterisks, apart from the digits 2 and 0,
        and keywords and commands that it does not know by X, as in `250-XXXXXXXA`.
        """
        lines = [line for line in self.raw.split("\n") if line]
        stars = bool(lines) and all(map(_STARS.fullmatch, lines))
        return stars or any(map(_CROSSED_OUT.search, lines))

    @property
    def temporary(self) -> bool:
        """Whether the server says that a later attempt may succeed (4yz)."""
        return self.code // 100 == 4  # noqa: PLR2004 - the first digit is the meaning


def _without_repeated_codes(lines: Sequence[str]) -> Iterator[str]:
    """Yields the lines, without the enhanced status code of the first one in those after it."""
    match = _ENHANCED.match(lines[0]) if lines else None
    for number, line in enumerate(lines):
        yield line.removeprefix(f"{match[1]} ").lstrip() if match and number else line
