"""Reading canonical JSON quickly, for whoever reads millions of bodies.

What is canonical is decided by `verify_bundle`. Here most bodies are seen to be it at a third of
the cost, by a library that writes each again; every other one is left to that.
"""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta
from msgspec.json import Decoder, Encoder

from audit.standalone import main as verify_bundle

_Number: TypeAlias = Annotated[
    int, Meta(ge=-verify_bundle.LARGEST_INTEGER, le=verify_bundle.LARGEST_INTEGER)
]
_Plain: TypeAlias = str | _Number | bool | None
_Body: TypeAlias = dict[str, _Plain | list[dict[str, _Plain]] | dict[str, _Plain]]

_FIRST_OF_FOUR: Final = 0xF0
"""The least byte with which UTF-8 begins a character over U+FFFF."""
_decode: Final = Decoder(_Body).decode
_encode: Final = Encoder(order="sorted").encode


def parse_canonical(body: bytes) -> object:
    """Read a body, which must be canonical JSON (RFC 8785) with integers for numbers.

    Raises:
        NotCanonicalError: it is not; the message says in what.
    """
    try:
        value = _decode(body)
    except (ValueError, RecursionError):
        return verify_bundle.parse_canonical(body)
    # Up to U+FFFF the order of characters, which names are put in here, is RFC 8785's.
    # Nearly all bodies are ASCII, which is seen faster.
    if _encode(value) == body and (body.isascii() or max(body) < _FIRST_OF_FOUR):
        return value
    return verify_bundle.parse_canonical(body)
