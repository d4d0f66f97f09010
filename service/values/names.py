"""Host names and email addresses in their normal form, and characters that no text can contain."""

import ipaddress
import re
import unicodedata
from typing import Final

import idna
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from mail.message import Mailbox, holds_encoded_word

MAX_TEXT: Final = 255
# Reserved: RFC 6761, 6762, 7686, 8375 (home.arpa), 9476, and by ICANN for private use (2024).
_RESERVED: Final = {"arpa", "alt", "internal", "invalid", "local", "localhost", "onion", "test"}
# Never delegated, and widely used inside companies: RFC 6762, appendix G; ICANN (2018).
_CUSTOMARY: Final = {
    "corp",
    "home",
    "intranet",
    "lan",
    "localdomain",
    "mail",
    "private",
    "workgroup",
}
_JOINERS: Final = "\u200c\u200d"
_PRIVATE_DOMAINS: Final = frozenset(_RESERVED | _CUSTOMARY)
"""The last labels of names that do not exist on the internet."""
# By default the library refuses the names that exist inside a company only; this is its documented
# way of allowing them.
SPECIAL_USE_DOMAIN_NAMES.clear()


def has_control(text: str) -> bool:
    """Returns whether a text contains a control character or lone surrogate (no header may)."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)


def has_hidden(text: str) -> bool:
    """Returns whether a text contains characters that are not seen but change what is seen.

    Such as those that change the direction of the text after them: an attacker's name could look
    like another person's. The two joiners are part of ordinary words in some languages.
    """
    return has_control(text) or any(
        unicodedata.category(character) == "Cf" and character not in _JOINERS for character in text
    )


def normal_address(address: str) -> str | None:
    """Returns an email address in its normal form (RFC 5321, RFC 6531), or None if it is invalid.

    Domains that exist only inside a company are valid, and so are address literals
    (`[192.0.2.1]`) and quoted local parts (`"john doe"`). A local part that looks like an encoded
    word (RFC 2047) is invalid, because mail programs would decode it in a header.
    """
    if len(address) > MAX_TEXT or holds_encoded_word(address):
        return None
    try:
        normal = validate_email(
            address,
            check_deliverability=False,
            allow_smtputf8=True,
            allow_quoted_local=True,
            allow_domain_literal=True,
            globally_deliverable=False,
        ).normalized
        Mailbox.parse(normal)
    except (EmailNotValidError, ValueError):
        return None
    # Some servers read `ada@192.0.2.1` as an address literal, others as a name.
    return (
        None if _NUMERIC_LABEL.fullmatch(normal.rpartition(".")[2].rpartition("@")[2]) else normal
    )


def is_public(address: str) -> bool:
    """Returns whether servers on the internet could find the domain of a normal address."""
    domain = Mailbox.parse(address).text.rpartition("@")[2].lower()
    if domain.startswith("["):
        return ipaddress.ip_address(domain[1:-1].removeprefix("ipv6:")).is_global
    name, _, last = domain.rpartition(".")
    return bool(name) and last not in _PRIVATE_DOMAINS


def normal_host(text: str) -> str | None:
    """Returns a host name as lower-case A-labels, an IP address, or None if it is neither."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return _host_name(text)
    # A zone (`fe80::1%eth0`) is valid on one machine only, and can contain any character.
    zoned = isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None
    return None if zoned else address.compressed


# Resolvers read `127.1` and `0x7f000001` as addresses, so such a name is rejected.
_NUMERIC_LABEL: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
MAX_HOST_NAME: Final = 253


def _host_name(text: str) -> str | None:
    try:
        name = idna.encode(text, uts46=True).decode() if not text.isascii() else text.lower()
    except (idna.IDNAError, UnicodeError):
        return None
    labels = name.removesuffix(".").split(".")
    if len(name) > MAX_HOST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    # Checked last: IDNA has turned digits and dots of other scripts into ASCII.
    return None if _NUMERIC_LABEL.fullmatch(labels[-1]) else ".".join(labels)
