"""Encryption of secrets at rest: AES-256-GCM (NIST SP 800-38D) under named keys."""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
# Every plaintext is padded to the same length, so that a ciphertext does not reveal the length of
# its secret: 1,024 characters of at most 4 bytes each, and 4 bytes for the length.
_LENGTH_BYTES: Final = 4
_SEALED_BYTES: Final = 4 * 1024 + _LENGTH_BYTES


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """One 256-bit key. Its id is derived from it and safe to show."""

    material: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """The first 16 hexadecimal digits of the key's tagged SHA-256."""
        return hashlib.sha256(b"postledger key id\0" + self.material).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret as it is stored."""

    key_id: str
    nonce: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A sealed secret that no key of the keyring opens, or that was sealed for another purpose."""

    key_id: str


class Keyring:
    """The keys in use: the first key seals, every key opens."""

    def __init__(self, keys: Sequence[EncryptionKey]) -> None:
        if not keys:
            raise ValueError("a keyring needs a key")
        self._keys = tuple(keys)

    @property
    def sealing_key_id(self) -> str:
        """The id of the key that new secrets are sealed with."""
        return self._keys[0].id

    @property
    def keys(self) -> tuple[EncryptionKey, ...]:
        """All keys, newest first."""
        return self._keys

    def seal(self, plaintext: bytes, associated: bytes) -> Sealed:
        """Seals under the newest key, with a fresh nonce.

        Args:
            plaintext: at most 4,096 bytes.
            associated: identifies what the secret belongs to; `open` needs the same value.
        """
        nonce = os.urandom(_NONCE_BYTES)
        key = self._keys[0]
        ciphertext = AESGCM(key.material).encrypt(nonce, _pad(plaintext), associated)
        return Sealed(key.id, nonce, ciphertext)

    def open(self, sealed: Sealed, associated: bytes) -> bytes | Unreadable:
        """Returns the plaintext, or `Unreadable` without its key or with another `associated`."""
        for key in self._keys:
            if key.id != sealed.key_id:
                continue
            try:
                padded = AESGCM(key.material).decrypt(sealed.nonce, sealed.ciphertext, associated)
            except InvalidTag:
                break
            return _unpad(padded)
        return Unreadable(sealed.key_id)


def fingerprint(key: bytes, value: bytes) -> bytes:
    """Computes HMAC-SHA-256: equal for equal values, and useless without the key."""
    return hmac.digest(key, value, "sha256")


def _pad(plaintext: bytes) -> bytes:
    if len(plaintext) > _SEALED_BYTES - _LENGTH_BYTES:
        raise ValueError("too long to seal")
    length = len(plaintext).to_bytes(_LENGTH_BYTES, "big")
    return (length + plaintext).ljust(_SEALED_BYTES, b"\0")


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]
