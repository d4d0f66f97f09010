"""Reads canonical JSON fast, for a verification that reads millions of bodies.

A library reads each body and writes it again. If the bytes are the same, the body is canonical;
this takes a third of the time. The offline verifier's reader
(`audit.standalone.formats.canonical`) decides about all other bodies. The separate
implementations are intentional: each is an independent check on the other.
"""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta
from msgspec.json import Decoder, Encoder

from audit.standalone.formats import canonical as strict

_Number: TypeAlias = Annotated[int, Meta(ge=-strict.LARGEST_INTEGER, le=strict.LARGEST_INTEGER)]
_Plain: TypeAlias = str | _Number | bool | None
_Body: TypeAlias = dict[str, _Plain | list[dict[str, _Plain]] | dict[str, _Plain]]

_FIRST_OF_FOUR: Final = 0xF0
"""The smallest first byte, in UTF-8, of a character above U+FFFF."""
_decode: Final = Decoder(_Body).decode
_encode: Final = Encoder(order="sorted").encode


def parse_canonical(body: bytes) -> object:
    """Reads a body, which must be canonical JSON (RFC 8785) with integers for numbers.

    Raises:
        NotCanonicalError: the body is not canonical; the message says why.
    """
    try:
        value = _decode(body)
    except (ValueError, RecursionError):
        return strict.parse_canonical(body)
    # The library orders names by their characters. Up to U+FFFF, this is the order of RFC 8785.
    # Nearly all bodies are ASCII, which is faster to check.
    if _encode(value) == body and (body.isascii() or max(body) < _FIRST_OF_FOUR):
        return value
    return strict.parse_canonical(body)
