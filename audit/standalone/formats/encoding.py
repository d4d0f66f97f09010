"""Reads base64 and decimals strictly, so that each value has exactly one text."""

from __future__ import annotations

import base64
import binascii
import re

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_LARGEST = 2**63 - 1
"""Go's packages and c2sp.org/tlog-tiles keep sizes and indexes in a signed 64-bit integer."""


class CannotCheckError(Exception):
    """Input is missing or is not in its format, so it cannot be checked."""


def encode_base64(data: bytes) -> str:
    """Returns the bytes in standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes | None:
    """Reads canonical standard base64. Returns None for others, such as stray bits at the end."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if encode_base64(data) == text else None


def decode_decimal(text: str) -> int | None:
    """Reads an ASCII decimal from 0 to 2^63-1, without sign or leading zeros, or returns None."""
    if _DECIMAL.fullmatch(text) is None:
        return None
    number = int(text)
    return number if number <= _LARGEST else None
