"""The dialogue, line by line, with credentials replaced by what the protocol says they are."""

import re
from collections.abc import Sequence

from mail.network.clock import Stopwatch
from mail.report.report import TranscriptLine, TranscriptSender
from mail.session.redaction import REDACTED, Redactor

MAX_LINE_BYTES = 8 * 1024
MAX_LINES = 512
CUT = " [cut]"


_FINAL = re.compile(r"[245]\d\d(?:[ -]|$)")
_CODE = re.compile(r"\d{3}-?")


def _hidden(line: str) -> str:
    code = _CODE.match(line)
    return f"{code[0]} {REDACTED}".replace("- ", "-") if code else REDACTED


def printable(line: bytes | str) -> str:
    """A line fit to be shown and stored: UTF-8 as far as it goes, no control characters, capped."""
    text = line if isinstance(line, str) else line.decode("utf-8", "replace")
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    encoded = text.encode("utf-8")
    if len(encoded) <= MAX_LINE_BYTES:
        return text
    return encoded[: MAX_LINE_BYTES - len(CUT)].decode("utf-8", "ignore") + CUT


class Transcript:
    """Collects what was said. `signing_in` is set by the session while a sign-in is under way."""

    def __init__(self, stopwatch: Stopwatch, redactor: Redactor) -> None:
        self._stopwatch = stopwatch
        self._redactor = redactor
        self._lines: list[TranscriptLine] = []
        self.signing_in = False

    @property
    def lines(self) -> tuple[TranscriptLine, ...]:
        """Everything so far."""
        return tuple(self._lines)

    def client(self, command: bytes) -> None:
        """Record a command; while signing in, only its verb and mechanism."""
        shown = printable(command)
        if not self.signing_in:
            self._add(TranscriptSender.CLIENT, self._redactor.clean(shown))
            return
        words = shown.split(" ")
        kept = " ".join(words[:2]) if words[0] == "AUTH" else ""
        hidden = words[0] != "AUTH" or len(words) > 2  # noqa: PLR2004 - AUTH, mechanism, response
        self._add(TranscriptSender.CLIENT, f"{kept} {REDACTED}".strip() if hidden else kept)

    def remark(self, text: str) -> None:
        """Record what the client did that is not a line, such as sending the message."""
        self._add(TranscriptSender.CLIENT, text)

    def server(self, lines: Sequence[bytes]) -> tuple[str, ...]:
        """Record a whole reply and return its lines, codes included, as they may be shown.

        While signing in, everything but a final reply is hidden because of where it stands. Of any
        other reply, all the words are hidden where a secret is found in any of them: it may be
        spread over several lines.
        """
        shown = tuple(printable(line) for line in lines)
        unfinished = self.signing_in and not all(map(_FINAL.match, shown))
        whole = b"\n".join(lines).decode("utf-8", "replace")
        bare = "".join(line[4:].decode("utf-8", "replace") for line in lines)
        if unfinished or self._redactor.finds(whole) or self._redactor.finds(bare):
            shown = tuple(_hidden(line) for line in shown)
        for line in shown:
            self._add(TranscriptSender.SERVER, line)
        return shown

    def _add(self, sender: TranscriptSender, line: str) -> None:
        if len(self._lines) < MAX_LINES:
            hidden = REDACTED in line
            at_ms = self._stopwatch.milliseconds
            self._lines.append(TranscriptLine(sender, at_ms, line, redacted=hidden))
