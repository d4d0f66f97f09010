"""An email address that was pasted with more around it, such as a name or `mailto:`."""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final
from urllib.parse import unquote

from mail.message import holds_encoded_word
from service.values.names import MAX_TEXT, has_control, normal_address

_LABEL: Final = re.compile(r"\s*(?:(?:from|sender|to|cc|reply-to|e-?mail)\s*:\s*)?", re.IGNORECASE)
_SCHEME: Final = re.compile(r"mailto:(?P<address>[^?]*)(?:\?.*)?", re.IGNORECASE | re.DOTALL)
# A name before an address in brackets, or an address before a name in parentheses.
_ENCLOSED: Final = (
    re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>[\s.,;]*"),
    re.compile(r"(?P<name>[^\[\]]*)\[(?P<address>[^\[\]]*@[^\[\]]*)\][\s.,;]*"),
    re.compile(r"(?P<name>[^()]*)\((?P<address>[^()]*@[^()]*)\)[\s.,;]*"),
    re.compile(r"(?P<address>[^()]*@[^()]*)\((?P<name>[^()@]*)\)[\s.,;]*"),
)
_QUOTES: Final = ('""', "''", "“”", "‘’", "„“", "«»", "``", "()", "[]", "<>")  # noqa: RUF001 (quotes of several languages)
_PUNCTUATION: Final = " \t.,;:<>"


@dataclass(frozen=True, slots=True)
class PastedAddress:
    """The address in a text, in its normal form, and the name beside it, if any."""

    address: str
    name: str | None = None


def read_pasted_address(text: str) -> PastedAddress | None:
    """Finds the address in a text that contains more; None unless it is clearly a single one."""
    if len(text) > 2 * MAX_TEXT:
        return None
    visible = "".join(_visible(character) for character in text).strip()
    unlabeled = _LABEL.sub("", _unquoted(visible), count=1)
    enclosed = next((found for each in _ENCLOSED if (found := each.fullmatch(unlabeled))), None)
    address = _address(unlabeled if enclosed is None else enclosed["address"])
    if address is None:
        return None
    name = None if enclosed is None else _name(enclosed["name"])
    # Address books often have the address in place of a name.
    same = name is not None and normal_address(name) == address
    return PastedAddress(address, None if same else name)


def decoded_name(name: str) -> str | None:
    """Decodes a name in the encoded form of a header (RFC 2047); None if no name can be that."""
    try:
        decoded = str(make_header(decode_header(name))).strip(" ")
    except (HeaderParseError, LookupError, ValueError):
        return None
    return None if holds_encoded_word(decoded) or has_control(decoded) else decoded or None


def _visible(character: str) -> str:
    match unicodedata.category(character):
        case "Cf":
            return ""
        case "Zs":
            return " "
        case _:
            return character


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] + text[-1] in _QUOTES and text[0] not in text[1:-1]
    return text[1:-1].strip() if quoted and text[-1] not in text[1:-1] else text


def _address(text: str) -> str | None:
    linked = _SCHEME.fullmatch(text.strip())
    bare = text if linked is None else unquote(linked["address"])
    joined = re.sub(r"\s*[@＠]\s*", "@", _unquoted(bare.strip(_PUNCTUATION)))  # noqa: RUF001 (what a wide keyboard types)
    return normal_address(joined) or normal_address(_with_literal(joined))


def _with_literal(address: str) -> str:
    """Writes an IP address after the @ as a literal (RFC 5321, section 4.1.3)."""
    local, _, domain = address.rpartition("@")
    try:
        found = ipaddress.ip_address(domain.strip("[]"))
    except ValueError:
        return address
    return f"{local}@[{'IPv6:' if found.version == 6 else ''}{found}]"  # noqa: PLR2004 (IP's version)


def _name(text: str) -> str | None:
    name = _unquoted(text.strip(" \t,;:"))
    if text.strip().startswith('"'):
        name = re.sub(r"\\(.)", r"\1", _unquoted_string(text.strip()))
    name = name.strip()
    return (decoded_name(name) if holds_encoded_word(name) else name) or None


def _unquoted_string(text: str) -> str:
    quoted = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', text)
    return text if quoted is None else quoted[1]
