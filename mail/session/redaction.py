"""Keeps secrets out of whatever a server says, in whatever form it echoes them."""

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from mail.secret import Secret

REDACTED = "[redacted]"

_SHORTEST_FRAGMENT = 6
"""Shorter pieces of base64 would be found in every other word."""


def _aligned_base64(value: bytes) -> Iterable[str]:
    """What of `value` stays recognisable wherever in a longer base64 text it begins."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + value).decode().rstrip("=")
        inner = text[(shift * 4 + 2) // 3 : len(text) - 1]
        if len(inner) >= _SHORTEST_FRAGMENT:
            yield inner


def _forms(raw: bytes) -> Iterable[str]:
    value = raw.decode("utf-8", "replace")
    yield value
    yield json.dumps(value)[1:-1]
    yield html.escape(value)
    yield quote(raw, safe="")
    yield quote_plus(raw)
    yield raw.hex()
    yield base64.b64encode(raw).decode()
    yield from _aligned_base64(raw)


def _folded(text: str) -> str:
    """`text` in one spelling: without blanks and case, and with one of base64's alphabets."""
    return re.sub(r"\s+", "", text).casefold().replace("-", "+").replace("_", "/")


class Redactor:
    """Knows the secrets of one attempt and finds them in text.

    It stands behind the redaction by protocol state, not in its place: state covers the sign-in
    dialogue, this covers a server that repeats a secret anywhere else.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._needles: set[str] = set()
        for secret in secrets:
            self.learn(secret.reveal().encode("utf-8", "surrogatepass"))

    def learn(self, value: bytes) -> None:
        """Remember one more secret, such as an access token that has just been fetched."""
        self._needles.update(form for form in map(_folded, _forms(value)) if form)

    def finds(self, text: str) -> bool:
        """Whether `text` holds a secret, in the clear or in a usual encoding, lines joined."""
        folded = _folded(text)
        return any(needle in folded for needle in self._needles)

    def clean(self, text: str) -> str:
        """`text`, or a mark in its place where it holds a secret: a gap would show its length."""
        return REDACTED if self.finds(text) else text
