"""Header fields whose lines this service writes itself, so that a fold never changes their meaning.

The standard library's folding is not used: it drops quotes and blanks at a fold, differently from
release to release (docs/decisions.md).
"""

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import Policy
from typing import Final

from mail.message.addresses import Mailbox
from mail.message.phrase import phrase_pieces

LINE: Final = 78
"""How long a line should be at most (RFC 5322, section 2.1.1)."""
ENCODED_LINE: Final = 76
"""How long a line with an encoded word may be (RFC 2047, section 2)."""


class Header(str):
    """A header field's value in one line. `lines` is the whole field as it is sent.

    `email.policy` keeps and writes a value with a `name` and a method `fold` unchanged.
    """

    __slots__ = ("address", "lines", "name")

    name: str
    lines: tuple[str, ...]
    address: str | None

    @classmethod
    def of(cls, name: str, pieces: Sequence[str], address: str | None = None) -> "Header":
        """Makes a header from pieces that are never broken, with one blank between two of them."""
        header = cls(" ".join(pieces))
        header.name = name
        header.lines = _filled(f"{name}:", pieces)
        header.address = address
        return header

    def fold(self, *, policy: "Policy[EmailMessage]") -> str:
        """Returns the whole field with its line ends, as the message contains it."""
        return "".join(f"{line}{policy.linesep}" for line in self.lines)


def text_header(name: str, value: str) -> Header:
    """Makes a header from an ASCII text."""
    return Header.of(name, value.split(" "))


def address_header(name: str, display_name: str | None, address: str) -> Header:
    """Makes a header with one mailbox (RFC 5322, section 3.4).

    A name that is not ASCII is encoded (RFC 2047). An address that is not ASCII stays as it is
    (RFC 6532), with its domain as A-labels. Raises ValueError for an invalid name or address.
    """
    mailbox = Mailbox.parse(address).text
    if not display_name:
        return Header.of(name, [mailbox], mailbox)
    phrase = phrase_pieces(
        display_name,
        line=LINE - 1,
        first_line=LINE - len(f"{name}: "),
        first_encoded=ENCODED_LINE - len(f"{name}: "),
    )
    return Header.of(name, [*phrase, f"<{mailbox}>"], mailbox)


def _filled(line: str, pieces: Sequence[str]) -> tuple[str, ...]:
    """Breaks a field into lines, each as long as possible. A longer piece has its own line."""
    lines = []
    for place, piece in enumerate(pieces):
        longer = f"{line} {piece}"
        # If an address is too long for any line, a break after the field's name does not help.
        hopeless = place == 0 and len(piece) >= LINE
        if len(longer) <= (ENCODED_LINE if "=?" in longer else LINE) or hopeless:
            line = longer
        else:
            lines.append(line)
            line = f" {piece}"
    return (*lines, line)
