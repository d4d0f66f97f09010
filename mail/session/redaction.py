"""Keeps secrets out of everything that a server sends, in any common encoding."""

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from mail.secret import Secret

REDACTED = "[redacted]"

_MIN_FRAGMENT_CHARS = 6
"""Shorter pieces of base64 would match many ordinary words."""


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
    """Returns `text` without whitespace and case, and with base64url mapped to base64."""
    return re.sub(r"\s+", "", text).casefold().replace("-", "+").replace("_", "/")


class Redactor:
    """Knows the secrets of one attempt and finds them in text.

    This complements the redaction by protocol state and does not replace it. The protocol state
    covers the sign-in dialogue; the redactor covers a server that repeats a secret anywhere else.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._needles: set[str] = set()
        for secret in secrets:
            self.learn(secret.reveal().encode("utf-8", "surrogatepass"))

    def learn(self, value: bytes) -> None:
        """Adds a secret, such as an access token that was just fetched."""
        self._needles.update(form for form in map(_folded, _forms(value)) if form)

    def finds(self, text: str) -> bool:
        """Returns whether `text` contains a secret, in plain text or in a common encoding."""
        folded = _folded(text)
        return any(needle in folded for needle in self._needles)

    def clean(self, text: str) -> str:
        """Returns `text`, or `REDACTED` if it contains a secret.

        The whole text is replaced, because cutting out only the secret would show its length.
        """
        return REDACTED if self.finds(text) else text
