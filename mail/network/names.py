"""The name that this machine sends in EHLO (RFC 5321 §4.1.4)."""

import re
from ipaddress import ip_address

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_FULL_NAME = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_PRIVATE = (".localdomain", ".local", ".internal", ".lan", ".home.arpa")


def full_name(machine_name: str) -> str | None:
    """Returns the machine's name if it is a full domain name with meaning on other machines."""
    name = machine_name.rstrip(".").lower()
    if not _FULL_NAME.fullmatch(name) or name.endswith(_PRIVATE):
        return None
    return name


def address_literal(address: str) -> str:
    """Returns an IP address as an address literal (RFC 5321 §4.1.3)."""
    parsed = ip_address(address.partition("%")[0])
    return f"[IPv6:{parsed}]" if parsed.version == 6 else f"[{parsed}]"  # noqa: PLR2004
