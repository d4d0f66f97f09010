"""A server's reply to one command (RFC 5321 §4.2)."""

import re
from dataclasses import dataclass, field

_ENHANCED = re.compile(r"^\s*(?:#|\()?([245]\.\d{1,3}\.\d{1,3})\b")
LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its code, and its lines without the code, fit to be shown.

    `raw` is the text as it came, lines joined by a line feed. It may hold a challenge or an echoed
    secret, so it is for the sign-in dialogue and for telling what the reply means, never for show.
    """

    code: int
    lines: tuple[str, ...]
    raw: str = field(repr=False, default="")

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code (RFC 3463), such as `5.7.8`, where the reply has one."""
        for line in self.lines:
            if found := _ENHANCED.match(line):
                return found[1]
        return None

    @property
    def text(self) -> str:
        """The reply's words in one line, as far as a line can be read."""
        words = " ".join(line for line in self.lines if line)
        return words if len(words) <= LONGEST_TEXT else words[:LONGEST_TEXT] + " [cut]"

    @property
    def temporary(self) -> bool:
        """Whether the server itself says that a later attempt may do (4yz)."""
        return self.code // 100 == 4  # noqa: PLR2004 - the first digit is the meaning
