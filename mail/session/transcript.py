"""The SMTP dialogue, line by line, with credentials redacted.

Two layers keep credentials out: the protocol state (everything between AUTH and its final reply is
hidden), and the search for the known secrets in what the server sends otherwise.
"""

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
_VALUE = re.compile(r"(?<=^EHLO )\S+|(?<=^HELO )\S+|(?<=:<).*(?=>)")
"""The values in a command: the rest are words of the protocol, which are never hidden."""


def _hidden(line: str) -> str:
    code = _CODE.match(line)
    return f"{code[0]} {REDACTED}".replace("- ", "-") if code else REDACTED


def printable(line: str) -> str:
    """Returns a line that is safe to show and store.

    Control characters are replaced, and a long line is cut.
    """
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
    encoded = text.encode("utf-8")
    if len(encoded) <= MAX_LINE_BYTES:
        return text
    return encoded[: MAX_LINE_BYTES - len(CUT)].decode("utf-8", "ignore") + CUT


class Transcript:
    """Collects the lines of both sides. The session sets `signing_in` during the sign-in."""

    def __init__(self, stopwatch: Stopwatch, redactor: Redactor) -> None:
        self._stopwatch = stopwatch
        self._redactor = redactor
        self._lines: list[TranscriptLine] = []
        self.signing_in = False

    @property
    def lines(self) -> tuple[TranscriptLine, ...]:
        """All lines so far."""
        return tuple(self._lines)

    def client(self, command: bytes) -> None:
        """Records a command; during the sign-in, only AUTH and its mechanism."""
        shown = printable(command.decode("utf-8", "replace"))
        if not self.signing_in:
            clean = _VALUE.sub(lambda value: self._redactor.clean(value[0]), shown)
            self._add(TranscriptSender.CLIENT, clean)
            return
        words = shown.split(" ")
        kept = " ".join(words[:2]) if words[0] == "AUTH" else ""
        hidden = words[0] != "AUTH" or len(words) > 2  # noqa: PLR2004 - AUTH, mechanism, response
        self._add(TranscriptSender.CLIENT, f"{kept} {REDACTED}".strip() if hidden else kept)

    def remark(self, text: str) -> None:
        """Records an action of the client that is not a line, such as sending the message."""
        self._add(TranscriptSender.CLIENT, text)

    def server(self, lines: Sequence[bytes]) -> tuple[str, ...]:
        """Records a whole reply, and returns its lines with their codes as they may be shown.

        During the sign-in, every reply except the final reply is hidden. In any other reply, the
        words that contain a secret are hidden, also if the secret is split over several lines.
        """
        texts = [line.decode("utf-8", "replace") for line in lines]
        if self.signing_in and not all(map(_FINAL.match, texts)):
            shown = tuple(_hidden(text) for text in texts)
        else:
            shown = tuple(map(printable, self._redactor.clean_reply(texts)))
        for line in shown:
            self._add(TranscriptSender.SERVER, line)
        return shown

    def _add(self, sender: TranscriptSender, line: str) -> None:
        if len(self._lines) < MAX_LINES:
            hidden = REDACTED in line
            at_ms = self._stopwatch.milliseconds
            self._lines.append(TranscriptLine(sender, at_ms, line, redacted=hidden))
