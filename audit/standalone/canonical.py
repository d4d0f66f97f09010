"""Reads canonical JSON (RFC 8785).

The service writes bodies with the library `rfc8785`, and reads most of them with `msgspec`
(`audit/verify/canonical.py`). That there are two implementations is on purpose: each is an
independent second opinion on the other. Where they could differ, this one decides.
"""

from __future__ import annotations

import json

LARGEST_INTEGER = 2**53 - 1
_LONGEST_INTEGER = 17
"""A sign and 16 digits."""


class NotCanonicalError(ValueError):
    """A body is not the one text that RFC 8785 gives its value."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    names = list(made)
    if len(names) < len(pairs):
        raise NotCanonicalError("a name stands twice in an object")
    # RFC 8785 orders names by their UTF-16 units; of ASCII these are the characters.
    if names != sorted(names, key=None if "".join(names).isascii() else _units):
        raise NotCanonicalError("names are not in order in an object")
    return made


def _units(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER or abs(int(digits)) > LARGEST_INTEGER:
        raise NotCanonicalError("a number is too large")
    return int(digits)


def _no_fraction(text: str) -> object:
    raise NotCanonicalError(f"the number {text[:20]} is not a plain integer")


_decode = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_no_fraction,
    parse_constant=_no_fraction,
).decode
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def parse_canonical(body: bytes) -> object:
    """Reads a body, which must be canonical JSON with integers for numbers.

    Raises:
        NotCanonicalError: the body is not canonical; the message says in what.
    """
    try:
        text = body.decode("utf-8")
        value = _decode(text)
    except NotCanonicalError:
        raise
    except (ValueError, RecursionError) as problem:
        raise NotCanonicalError(f"it is not JSON in UTF-8 ({type(problem).__name__})") from None
    if _encode(value) != text:
        raise NotCanonicalError("spaces, escapes or numbers are not written in the canonical way")
    return value
