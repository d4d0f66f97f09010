"""A strict reader of headers, which accepts no more than the standards do.

It follows RFC 5322 without its obsolete forms, RFC 2047 with the language tags of RFC 2231, and
RFC 6532. The standard library's parser is lenient: it repairs, and so hides, what mail programs
read differently. This module needs nothing but the standard library, so every Python can run it.
"""

import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Final

MAX_LINE: Final = 78
MAX_ENCODED_LINE: Final = 76
MAX_OCTETS: Final = 998
MAX_ENCODED_WORD: Final = 75

_FIELD_NAME: Final = re.compile(r"[!-9;-~]+")
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+")
_DOT_ATOM: Final = re.compile(rf"{_ATOM.pattern}(?:\.{_ATOM.pattern})*")
_QTEXT: Final = re.compile(r"[!#-\[\]-~\u0080-\U0010ffff]")
_DTEXT: Final = re.compile(r"\[[!-Z^-~]*\]")
_FWS: Final = re.compile(r"(?:[ \t]*\r\n)?[ \t]+")
_ENCODED_WORD: Final = re.compile(
    r"=\?(?P<charset>[A-Za-z0-9-]+)(?:\*[A-Za-z0-9-]+)?\?(?P<encoding>[QqBb])\?(?P<text>[!->@-~]*)\?="
)
_Q_IN_PHRASE: Final = re.compile(r"(?:[A-Za-z0-9!*+/_-]|=[0-9A-F]{2})*")


class NotStandardError(Exception):
    """A header breaks a rule of its standard."""


@dataclass(frozen=True, slots=True)
class ReadMailbox:
    """A mailbox: its decoded display name, or None without a name, and its address."""

    name: str | None
    address: str


@dataclass(frozen=True, slots=True)
class Field:
    """A header field: its name, and its value with the folds."""

    name: str
    folded: str

    @property
    def unfolded(self) -> str:
        """The value in one line (RFC 5322, section 2.2.3)."""
        return self.folded.replace("\r\n", "").strip(" ")


def read_fields(message: bytes) -> list[Field]:
    """Returns the header fields of a message, after checking every line of them."""
    head, separator, _ = message.partition(b"\r\n\r\n")
    _require(separator, "the header does not end")
    fields: list[Field] = []
    for line in head.split(b"\r\n"):
        text = line.decode()
        _require(b"\r" not in line and b"\n" not in line, f"a bare line break: {text!r}")
        _require(len(line) <= MAX_OCTETS, f"over {MAX_OCTETS} octets: {text!r}")
        _require(text.strip(), "a line of blanks")
        if text[0] in " \t":
            _require(fields, "the first line is a continuation")
            last = fields.pop()
            fields.append(Field(last.name, f"{last.folded}\r\n{text}"))
        else:
            name, colon, value = text.partition(":")
            _require(colon and _FIELD_NAME.fullmatch(name), f"not a field: {text!r}")
            fields.append(Field(name, value))
    return fields


def long_lines(field: Field) -> list[str]:
    """Returns the lines that are longer than recommended, without those of one long address."""
    lines = f"{field.name}:{field.folded}".split("\r\n")
    return [
        line
        for line in lines
        if len(line) > (MAX_ENCODED_LINE if "=?" in line else MAX_LINE)
        and " " in line.removeprefix(f"{field.name}:").strip()
    ]


def read_mailboxes(folded: str) -> list[ReadMailbox]:
    """Reads the value of From, To or Reply-To: a list of mailboxes (RFC 5322, section 3.4)."""
    reader = _Reader(folded)
    mailboxes = [reader.mailbox()]
    while reader.take(","):
        mailboxes.append(reader.mailbox())
    reader.end()
    return mailboxes


def read_message_id(folded: str) -> str:
    """Reads the value of Message-ID (RFC 5322, section 3.6.4)."""
    reader = _Reader(folded)
    reader.blanks()
    reader.expect("<")
    left = reader.match(_DOT_ATOM) or reader.fail("a dot-atom")
    reader.expect("@")
    right = reader.match(_DOT_ATOM) or reader.match(_DTEXT) or reader.fail("a domain")
    reader.expect(">")
    reader.end()
    return f"<{left}@{right}>"


def _require(condition: object, message: str) -> None:
    if not condition:
        raise NotStandardError(message)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found.group()

    def take(self, character: str) -> bool:
        taken = self._text.startswith(character, self._at)
        self._at += taken
        return taken

    def expect(self, character: str) -> None:
        _require(self.take(character), f"no {character} at {self._at} of {self._text!r}")

    def fail(self, expected: str) -> str:
        raise NotStandardError(f"no {expected} at {self._at} of {self._text!r}")

    def end(self) -> None:
        self.blanks()
        _require(self._at == len(self._text), f"more text at {self._at} of {self._text!r}")

    def blanks(self) -> bool:
        """Skips blanks, folds and comments; returns whether there were any."""
        start = self._at
        while self.match(_FWS) or self._comment():
            pass
        return self._at > start

    def _comment(self) -> bool:
        if not self.take("("):
            return False
        while not self.take(")"):
            if self.take("\\"):
                self._at += 1
            elif not (self.match(_FWS) or self._comment() or self.match(_QTEXT) or self.take('"')):
                self.fail("end of the comment")
        return True

    def mailbox(self) -> ReadMailbox:
        """Reads a mailbox with or without a name."""
        start = self._at
        try:
            self.blanks()
            address = self.address()
            self.blanks()
            if self._at == len(self._text) or self._text[self._at] == ",":
                return ReadMailbox(None, address)
        except NotStandardError:
            pass
        self._at = start
        self.blanks()
        name = None if self._text.startswith("<", self._at) else self.phrase()
        self.expect("<")
        address = self.address()
        self.expect(">")
        self.blanks()
        return ReadMailbox(name, address)

    def address(self) -> str:
        """Reads an address, which contains neither folds nor comments."""
        local = self.match(_DOT_ATOM) or self._quoted_source()
        self.expect("@")
        domain = self.match(_DOT_ATOM) or self.match(_DTEXT) or self.fail("a domain")
        return f"{local}@{domain}"

    def _quoted_source(self) -> str:
        start = self._at
        self.quoted_string()
        source = self._text[start : self._at]
        _require("\r" not in source, "a fold in an address")
        return source

    def quoted_string(self) -> str:
        """Reads a quoted string, and returns its content (RFC 5322, section 3.2.4)."""
        self.expect('"')
        content = ""
        while not self.take('"'):
            if self.take("\\"):
                content += self.match(re.compile(r"[ -~\t]")) or self.fail("an escaped character")
            else:
                # Unfolding removes the line break and leaves the blanks.
                blank = self.match(_FWS).replace("\r\n", "")
                content += blank or self.match(_QTEXT) or self.fail("end of the quoted string")
        return content

    def phrase(self) -> str:
        """Reads a display name, and decodes it."""
        name, after_encoded = "", False
        first = True
        while True:
            blank = self.blanks()
            if not first and self._text[self._at : self._at + 1] == "<":
                return name
            _require(first or blank, f"two words without a blank at {self._at}")
            word, encoded = self._word()
            # Blanks between two encoded words are not displayed (RFC 2047, section 6.2).
            name += word if first or (encoded and after_encoded) else f" {word}"
            first, after_encoded = False, encoded

    def _word(self) -> tuple[str, bool]:
        if self._text[self._at : self._at + 1] == '"':
            content = self.quoted_string()
            _require("=?" not in content or "?=" not in content, "an encoded word in quotes")
            return content, False
        atom = self.match(_ATOM) or self.fail("a word")
        if atom.startswith("=?") and atom.endswith("?="):
            return _decode(atom), True
        _require("=?" not in atom, f"a broken encoded word: {atom!r}")
        return atom, False


def _decode(word: str) -> str:
    _require(len(word) <= MAX_ENCODED_WORD, f"over {MAX_ENCODED_WORD} characters: {word!r}")
    found = _ENCODED_WORD.fullmatch(word)
    if found is None:
        raise NotStandardError(f"not an encoded word: {word!r}")
    text = found["text"]
    if found["encoding"] in "Bb":
        octets = b64decode(text, validate=True)
    else:
        _require(_Q_IN_PHRASE.fullmatch(text), f"not allowed in a phrase: {word!r}")
        escaped = text.replace("_", " ")
        octets = re.sub(
            rb"=([0-9A-F]{2})", lambda code: bytes.fromhex(code[1].decode()), escaped.encode()
        )
    # A word with a part of a character fails here.
    return octets.decode(found["charset"], "strict")
