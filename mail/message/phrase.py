"""A display name as a header contains it: atoms, a quoted string, or encoded words."""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from typing import Final

from mail.message.addresses import holds_encoded_word

MAX_ENCODED_WORD: Final = 75
"""RFC 2047, section 2."""

_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_QUOTABLE: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
"""Printable ASCII with single blanks: mail programs reduce several blanks in a row to one."""
_Q_SAFE: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
"""What an encoded word in a phrase can contain unencoded (RFC 2047, section 5, rule 3)."""


def phrase_pieces(name: str, *, line: int, first_line: int, first_encoded: int) -> list[str]:
    """Returns the pieces of a phrase that decodes to the name. A header may be folded between them.

    Args:
        name: the display name, not empty.
        line: the room for a piece that has its own line.
        first_line: the room for the first piece.
        first_encoded: the room for the first piece if it is an encoded word.

    Raises:
        ValueError: the name contains a control character, an encoded word or a lone surrogate.
    """
    if holds_encoded_word(name) or any(unicodedata.category(each) == "Cc" for each in name):
        raise ValueError("a display name cannot contain a line break or an encoded word")
    # Some programs decode what looks like a part of an encoded word, even in quotes.
    if _QUOTABLE.fullmatch(name) and "=?" not in name:
        # A fold within a quoted string replaces nothing: unfolding removes the line break alone.
        pieces = (name if _ATOMS.fullmatch(name) else _quoted(name)).split(" ")
        if len(pieces[0]) <= first_line and all(len(piece) <= line for piece in pieces):
            return pieces
    return list(_encoded_words(name, first_encoded))


def _quoted(name: str) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", name)
    return f'"{escaped}"'


def _encoded_words(name: str, room: int) -> Iterator[str]:
    """Encodes a text. A blank is part of a word, because blanks between words are not read."""
    # RFC 2047, section 4: Q if most of the characters are ASCII, otherwise B, which is shorter.
    write = _q_word if sum(map(str.isascii, name)) * 2 >= len(name) else _b_word
    part = ""
    for character in name:
        if len(write(part + character)) > room:
            yield write(part)
            part, room = "", MAX_ENCODED_WORD
        part += character
    yield write(part)


def _q_word(text: str) -> str:
    encoded = "".join(
        chr(byte) if byte in _Q_SAFE else "_" if byte == ord(" ") else f"={byte:02X}"
        for byte in text.encode()
    )
    return f"=?utf-8?q?{encoded}?="


def _b_word(text: str) -> str:
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="
