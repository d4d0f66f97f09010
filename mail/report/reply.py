"""A server's reply to one command (RFC 5321 §4.2)."""

import re
from dataclasses import dataclass, field

_ENHANCED = re.compile(r"^\s*(?:#|\()?([245]\.\d{1,3}\.\d{1,3})\b")
MAX_TEXT_CHARS = 1000


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its code, and its lines without the code, safe to show.

    `raw` is the text as received, its lines joined by line feeds. It may contain a challenge or an
    echoed secret. Only the sign-in dialogue and the classification of replies may use it; it is
    never shown.
    """

    code: int
    lines: tuple[str, ...]
    raw: str = field(repr=False, default="")

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code (RFC 3463), such as `5.7.8`, or None if the reply has none."""
        for line in self.lines:
            if found := _ENHANCED.match(line):
                return found[1]
        return None

    @property
    def text(self) -> str:
        """The reply's lines joined into one, cut after `MAX_TEXT_CHARS` characters."""
        text = " ".join(line for line in self.lines if line)
        return text if len(text) <= MAX_TEXT_CHARS else text[:MAX_TEXT_CHARS] + " [cut]"

    @property
    def temporary(self) -> bool:
        """Whether the server says that a later attempt may succeed (4yz)."""
        return self.code // 100 == 4  # noqa: PLR2004 - the first digit is the meaning
