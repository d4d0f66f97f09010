"""The strict forms of the C2SP texts: one text for one value, so that nothing has two names."""

import base64
import binascii
import re

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_LARGEST = 2**63 - 1


def encode_base64(data: bytes) -> str:
    """Write bytes in standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes | None:
    """Read canonical standard base64; None for anything else, such as stray bits after the end."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if encode_base64(data) == text else None


def decode_decimal(text: str) -> int | None:
    """Read an ASCII decimal from 0 to 2^63-1 without a sign or a leading zero; None for others."""
    if _DECIMAL.fullmatch(text) is None:
        return None
    number = int(text)
    return number if number <= _LARGEST else None
