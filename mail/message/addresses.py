"""Addresses as SMTP sends them: domains as A-labels, SMTPUTF8 if needed, never a line break."""

import re
from dataclasses import dataclass

import idna

_ATOMS = re.compile(r"[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,\"]+")
_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\[\x20-\x7e])*"')
_ENCODED_WORD = re.compile(r"=\?.*\?=", re.DOTALL)
_LITERAL = re.compile(r"\[(?:IPv6:)?[0-9A-Fa-f.:]+\]")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address for MAIL FROM and RCPT TO (RFC 5321 §4.1.2), its domain as A-labels."""

    text: str
    needs_utf8: bool

    @classmethod
    def parse(cls, address: str) -> "Mailbox":
        """Reads an address. Raises ValueError if it is not an address or could end its command."""
        local, at, domain = address.rpartition("@")
        if (
            not at
            or holds_encoded_word(local)
            or not (_ATOMS.fullmatch(local) or _QUOTED.fullmatch(local))
        ):
            raise ValueError("not an address")
        return cls(f"{local}@{ascii_domain(domain)}", needs_utf8=not local.isascii())


def holds_encoded_word(text: str) -> bool:
    """Returns whether a text contains an encoded word (RFC 2047) in any position.

    The standard library decodes encoded words in the text of a header. A line break hidden in an
    encoded word would end the header and begin another.
    """
    return _ENCODED_WORD.search(text) is not None


def ascii_domain(domain: str) -> str:
    """Returns a domain as A-labels (RFC 5891), or an address literal unchanged.

    Raises ValueError.
    """
    if _LITERAL.fullmatch(domain):
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError("not a domain") from error
