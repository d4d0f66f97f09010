"""A secret in the encodings in which a server may repeat it."""

import base64
import html
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

_MIN_FRAGMENT_CHARS = 6
"""Shorter pieces of base64 would match many ordinary words."""


def forms(raw: bytes) -> Iterable[str]:
    """Yields `raw` as text, and in every common encoding."""
    value = raw.decode("utf-8", "replace")
    yield value
    yield json.dumps(value)[1:-1]
    yield html.escape(value)
    yield quote(raw, safe="")
    yield quote_plus(raw)
    yield raw.hex()
    yield base64.b64encode(raw).decode()
    yield from _aligned_base64(raw)


def _aligned_base64(value: bytes) -> Iterable[str]:
    """Yields the base64 of `value` as it appears inside the base64 of a longer text.

    Base64 encodes three bytes at a time, so there is a form for each of the three positions at
    which `value` can begin. The characters that also encode neighboring bytes are cut off.
    """
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + value).decode().rstrip("=")
        inner = text[(shift * 4 + 2) // 3 : len(text) - 1]
        if len(inner) >= _MIN_FRAGMENT_CHARS:
            yield inner
