"""Checks Ed25519 signatures (RFC 8032, section 5.1) with only the standard library.

The service uses the library `cryptography`. The separate implementations are intentional: each is
an independent check on the other.
"""

from __future__ import annotations

import functools
import hashlib

SIGNATURE_SIZE = 64
KEY_SIZE = 32

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

_Point = tuple[int, int, int, int]
"""Extended homogeneous coordinates: x = X/Z, y = Y/Z, xy = T/Z."""

_NEUTRAL: _Point = (0, 1, 1, 0)


def _add(a: _Point, b: _Point) -> _Point:
    p = (a[1] - a[0]) * (b[1] - b[0]) % _P
    q = (a[1] + a[0]) * (b[1] + b[0]) % _P
    r = 2 * a[3] * b[3] * _D % _P
    s = 2 * a[2] * b[2] % _P
    e, f, g, h = q - p, s - r, s + r, q + p
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _multiply(number: int, point: _Point) -> _Point:
    total = _NEUTRAL
    while number:
        if number & 1:
            total = _add(total, point)
        point = _add(point, point)
        number >>= 1
    return total


def _decode_point(data: bytes) -> _Point | None:
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _encode_point(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def is_public_key(data: bytes) -> bool:
    """Returns whether the bytes are the canonical encoding of a point that is not of small order.

    For the eight points of small order, anyone can make signatures that are valid for any text.
    """
    point = _decode_point(data)
    return point is not None and _encode_point(_multiply(8, point)) != _encode_point(_NEUTRAL)


_BASE = _decode_point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


# Cached, because a key that a trail returns to is listed twice and a check takes milliseconds.
@functools.lru_cache(maxsize=1024)
def ed25519_verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Returns whether the key (32 bytes) made the signature (64 bytes) over the message."""
    if len(public_key) != KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    key = _decode_point(public_key)
    s = int.from_bytes(signature[32:], "little")
    if key is None or _BASE is None or s >= _L:
        return False
    hashed = hashlib.sha512(signature[:32] + public_key + message).digest()
    k = int.from_bytes(hashed, "little") % _L
    minus_key = (-key[0] % _P, key[1], key[2], -key[3] % _P)
    return _encode_point(_add(_multiply(s, _BASE), _multiply(k, minus_key))) == signature[:32]
