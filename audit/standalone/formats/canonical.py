"""Reads canonical JSON (RFC 8785).

The service writes bodies with the library `rfc8785`, and reads most of them with `msgspec`
(`audit/verify/canonical.py`). The separate implementations are intentional: each is an independent
check on the others. Where they could differ, this reader decides.
"""

from __future__ import annotations

import json

LARGEST_INTEGER = 2**53 - 1
_LONGEST_INTEGER = 17
"""In characters: a sign and 16 digits."""


class NotCanonicalError(ValueError):
    """A body is not the canonical text of its value (RFC 8785)."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    names = list(made)
    if len(names) < len(pairs):
        raise NotCanonicalError("an object contains the same name twice")
    # RFC 8785 orders names by their UTF-16 code units. For ASCII, these are the characters.
    if names != sorted(names, key=None if "".join(names).isascii() else _utf16_units):
        raise NotCanonicalError("the names in an object are not in canonical order")
    return made


def _utf16_units(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER or abs(int(digits)) > LARGEST_INTEGER:
        raise NotCanonicalError("a number is too large")
    return int(digits)


def _refuse_fraction(text: str) -> object:
    raise NotCanonicalError(f"the number {text[:20]} is not a plain integer")


_decode = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_refuse_fraction,
    parse_constant=_refuse_fraction,
).decode
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def parse_canonical(body: bytes) -> object:
    """Reads a body, which must be canonical JSON with integers for numbers.

    Raises:
        NotCanonicalError: the body is not canonical; the message says why.
    """
    try:
        text = body.decode("utf-8")
        value = _decode(text)
    except NotCanonicalError:
        raise
    except (ValueError, RecursionError) as problem:
        raise NotCanonicalError(f"it is not JSON in UTF-8 ({type(problem).__name__})") from None
    if _encode(value) != text:
        raise NotCanonicalError("its spaces, escapes or numbers are not in canonical form")
    return value
