"""Reads verifier keys (c2sp.org/signed-note), and a bundle's list of them. Ed25519 only."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from audit.standalone.formats.ed25519 import KEY_SIZE, is_public_key
from audit.standalone.formats.encoding import (
    CannotCheckError,
    decode_base64,
    decode_decimal,
    encode_base64,
)

MOST_KEYS = 1_000
KEY_NAME = r"[^\s+\x00-\x1f\ud800-\udfff]+"
"""The names that keys, and so trails, may have: no spaces, plus signs or control characters."""
KEY_ID_SIZE = 4
_ED25519 = b"\x01"


class VerifierKey(NamedTuple):
    """A public key with a name, which a reader of signed notes trusts.

    A signature line identifies its key by name and `key_id`. The ID is short, so it proves nothing.
    """

    name: str
    key_id: bytes
    public_key: bytes

    @classmethod
    def of(cls, name: str, public_key: bytes) -> VerifierKey:
        """Makes a verifier key without checking that it is a point on the curve.

        Raises:
            ValueError: a note cannot contain the name, or the key does not have 32 bytes.
        """
        if not is_key_name(name):
            raise ValueError(f"{name!r} cannot be the name of a key")
        if len(public_key) != KEY_SIZE:
            raise ValueError(f"an Ed25519 public key has {KEY_SIZE} bytes")
        named = name.encode() + b"\n" + _ED25519 + public_key
        return cls(name, hashlib.sha256(named).digest()[:KEY_ID_SIZE], public_key)

    def __str__(self) -> str:
        """Returns the text form: `name+keyid+base64(01 || public key)`."""
        encoded = encode_base64(_ED25519 + self.public_key)
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    @property
    def label(self) -> str:
        """What messages call the key: its name and its key ID."""
        return f"{ascii(self.name)[1:-1]}+{self.key_id.hex()}"


class KeyPeriod(NamedTuple):
    """A key, and the size of the trail from which on it signs."""

    from_size: int
    key: VerifierKey


def is_key_name(text: str) -> bool:
    """Returns whether a key may have this name."""
    return re.fullmatch(KEY_NAME, text) is not None


def parse_key(text: str) -> VerifierKey:
    """Reads a verifier key's text form, and checks the key ID in it.

    Raises:
        CannotCheckError: it is not an Ed25519 verifier key. The message does not repeat the text.
    """
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    data = decode_base64(encoded)
    if not is_key_name(name):
        raise CannotCheckError("a verifier key is name+keyid+base64, and this has no valid name")
    if data is None:
        raise CannotCheckError("the part of the key after its ID is not canonical base64")
    if data[:1] != _ED25519:
        raise CannotCheckError("the key's type is other than Ed25519, whose type byte is 01")
    if len(data) != 1 + KEY_SIZE:
        raise CannotCheckError(f"an Ed25519 key has {KEY_SIZE} bytes; this key has {len(data) - 1}")
    if not is_public_key(data[1:]):
        raise CannotCheckError(
            "the key is not a valid point on the curve, or anyone could sign with it"
        )
    key = VerifierKey.of(name, data[1:])
    if key_id != key.key_id.hex():
        expected = key.key_id.hex()
        raise CannotCheckError(
            f"the key ID does not match the name and the public key: it should be {expected}"
        )
    return key


def parse_named_key(text: str) -> VerifierKey:
    """Reads one of several verifier keys; an error's message repeats the text."""
    try:
        return parse_key(text)
    except CannotCheckError as problem:
        message = f"this is not an Ed25519 verifier key: {text!a} ({problem})"
        raise CannotCheckError(message) from None


def without_size(text: str) -> str:
    """Returns the verifier key in a line of a bundle's `keys`, without the size before it."""
    size, space, key = text.strip().partition(" ")
    return key.lstrip(" ") if space and decode_decimal(size) is not None else text.strip()


def parse_key_list(data: bytes) -> list[KeyPeriod]:
    """Reads a bundle's `keys`: a size and a verifier key per line. Returns the oldest key first.

    Raises:
        CannotCheckError: a line is malformed, or there are too many keys.
    """
    lines = data.decode("utf-8", "replace").splitlines()
    if len(lines) > MOST_KEYS:
        raise CannotCheckError(f"the bundle lists more than {MOST_KEYS} keys")
    periods = []
    named: dict[tuple[str, bytes], VerifierKey] = {}
    for line in lines:
        size, _, text = line.partition(" ")
        from_size = decode_decimal(size)
        if from_size is None:
            raise CannotCheckError(
                f"a line of the bundle's keys does not begin with a size: {line!a}"
            )
        key = parse_named_key(text)
        # A trail may return to a key. Different keys of one ID would make each signature cost more.
        if named.setdefault((key.name, key.key_id), key) != key:
            raise CannotCheckError(f"the bundle lists two different keys called {key.label}")
        periods.append(KeyPeriod(from_size, key))
    return sorted(periods, key=lambda period: period.from_size)
