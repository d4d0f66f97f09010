"""Ed25519 signing keys, and fast signature checks, with the library `cryptography`.

The offline verifier (`audit.standalone.formats.keys`) defines verifier keys and their text form.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.c2sp.refusal import Refused, malformed
from audit.standalone.formats.encoding import CannotCheckError
from audit.standalone.formats.keys import VerifierKey, parse_key


def is_signature(public_key: bytes, text: bytes, signature: bytes) -> bool:
    """Returns whether the key made this signature over the text."""
    try:
        _loaded(public_key).verify(signature, text)
    except InvalidSignature:
        return False
    return True


_loaded: Final = lru_cache(maxsize=128)(Ed25519PublicKey.from_public_bytes)


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with a name. Its repr shows only the public key."""

    verifier: VerifierKey
    _key: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """Makes a signer from 32 random bytes.

        Raises:
            ValueError: the seed does not have 32 bytes, or a note cannot contain the name.
        """
        key = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(VerifierKey.of(name, key.public_key().public_bytes_raw()), key)

    def sign(self, text: bytes) -> bytes:
        """Returns the signature of a text: 64 bytes."""
        return self._key.sign(text)


def parse_verifier_key(text: str) -> VerifierKey | Refused:
    """Reads a verifier key's text form, and checks the key ID in it."""
    try:
        return parse_key(text)
    except CannotCheckError as problem:
        return malformed(str(problem))
