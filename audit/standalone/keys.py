"""Reads verifier keys (c2sp.org/signed-note), and the list of them in a bundle. Ed25519 only."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from audit.standalone.ed25519 import KEY_SIZE, is_public_key
from audit.standalone.encoding import (
    CannotCheckError,
    decode_base64,
    decode_decimal,
    encode_base64,
)

MOST_KEYS = 1_000
KEY_NAME = r"[^\s+\x00-\x1f\ud800-\udfff]+"
"""The names that a key, and so a trail, may have: without spaces, control characters and plus."""
KEY_ID_SIZE = 4
_ED25519 = b"\x01"


class VerifierKey(NamedTuple):
    """A public key under a name: what a reader of signed notes trusts.

    `key_id` is what a signature names its key by. It is short, so it is a hint and no proof.
    """

    name: str
    key_id: bytes
    public_key: bytes

    @classmethod
    def of(cls, name: str, public_key: bytes) -> VerifierKey:
        """Makes a key, which need not be a point of the curve.

        Raises:
            ValueError: the name cannot stand in a note, or the key does not have 32 bytes.
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
        """What messages call the key: its name and its ID."""
        return f"{ascii(self.name)[1:-1]}+{self.key_id.hex()}"


class KeyPeriod(NamedTuple):
    """A key, and the size of the trail from which on it signs."""

    from_size: int
    key: VerifierKey


def is_key_name(text: str) -> bool:
    """Checks that a key may have that name."""
    return re.fullmatch(KEY_NAME, text) is not None


def parse_key(text: str) -> VerifierKey:
    """Reads a verifier key's text form, and checks it against the key ID in it.

    Raises:
        CannotCheckError: it is not an Ed25519 verifier key. The message does not repeat the text.
    """
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    data = decode_base64(encoded)
    if not is_key_name(name):
        raise CannotCheckError("a key's text is name+keyid+base64; this one has no proper name")
    if data is None:
        raise CannotCheckError("the part of the key after its ID is not canonical base64")
    if data[:1] != _ED25519:
        raise CannotCheckError("the key is of a type other than Ed25519, whose type byte is 01")
    if len(data) != 1 + KEY_SIZE:
        raise CannotCheckError(f"an Ed25519 key has {KEY_SIZE} bytes; this one has {len(data) - 1}")
    if not is_public_key(data[1:]):
        raise CannotCheckError("under this key any signature could be made to hold")
    key = VerifierKey.of(name, data[1:])
    if key_id != key.key_id.hex():
        expected = key.key_id.hex()
        raise CannotCheckError(
            f"the key's ID should be {expected}: the name or the key was changed"
        )
    return key


def parse_named_key(text: str) -> VerifierKey:
    """Reads a verifier key, one of several; an error's message repeats the text."""
    try:
        return parse_key(text)
    except CannotCheckError as problem:
        message = f"this is not an Ed25519 verifier key: {text!a} ({problem})"
        raise CannotCheckError(message) from None


def without_size(text: str) -> str:
    """Returns the key in a line of a bundle's `keys`, which has a size before it."""
    size, space, key = text.strip().partition(" ")
    return key.lstrip(" ") if space and decode_decimal(size) is not None else text.strip()


def parse_key_list(data: bytes) -> list[KeyPeriod]:
    """Reads a bundle's `keys`: a size and a verifier key in each line. The oldest comes first.

    Raises:
        CannotCheckError: a line is malformed, or there are too many keys.
    """
    lines = data.decode("utf-8", "replace").splitlines()
    if len(lines) > MOST_KEYS:
        raise CannotCheckError(f"the bundle's keys are more than {MOST_KEYS}")
    periods = []
    named: dict[tuple[str, bytes], VerifierKey] = {}
    for line in lines:
        size, _, text = line.partition(" ")
        from_size = decode_decimal(size)
        if from_size is None:
            raise CannotCheckError(f"a line in the bundle's keys has no size before it: {line!a}")
        key = parse_named_key(text)
        # A trail may return to a key. Two keys of one ID are made to have each signature cost more.
        if named.setdefault((key.name, key.key_id), key) != key:
            raise CannotCheckError(f"the bundle's keys hold two different ones called {key.label}")
        periods.append(KeyPeriod(from_size, key))
    return sorted(periods, key=lambda period: period.from_size)
