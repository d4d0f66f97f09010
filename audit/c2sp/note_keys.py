"""The keys of C2SP signed notes, in the text forms of Go's `sumdb/note`. Ed25519 only."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.c2sp.encoding import decode_base64, encode_base64
from audit.c2sp.refusal import Refused, malformed
from audit.standalone.main import is_public_key

_ED25519: Final = b"\x01"
_KEY_SIZE: Final = 32
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")


def is_key_name(name: str) -> bool:
    """Tell whether a name may stand in a note: not empty, no space of any kind, no plus."""
    return _NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name: what a reader of notes trusts.

    Raises:
        ValueError: the name cannot stand in a note, or the key is not 32 bytes.
    """

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise ValueError(f"{self.name!r} cannot be the name of a key")
        if len(self.public_key) != _KEY_SIZE:
            raise ValueError("an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names its key; a hint, not a proof."""
        named = self.name.encode() + b"\n" + _ED25519 + self.public_key
        return sha256(named).digest()[:4]

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Tell whether this key made that signature over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text)
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        """Give the text form: `name+keyid+base64(type || key)`."""
        data = encode_base64(_ED25519 + self.public_key)
        return f"{self.name}+{self.key_id.hex()}+{data}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under a name. Its repr shows the public half only."""

    verifier: VerifierKey
    _key: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """Make a signer from 32 random bytes; ValueError for another number or a bad name."""
        key = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(VerifierKey(name, key.public_key().public_bytes_raw()), key)

    def sign(self, text: bytes) -> bytes:
        """Sign the text: 64 bytes."""
        return self._key.sign(text)


def parse_verifier_key(text: str) -> VerifierKey | Refused:
    """Read a public key's text form, and hold it to the key ID that it claims."""
    name, _, rest = text.partition("+")
    key_id, _, data = rest.partition("+")
    key = decode_base64(data)
    if not is_key_name(name):
        return malformed("a key's text is name+keyid+base64; this one has no proper name")
    if key is None:
        return malformed("the part of the key after its ID is not canonical base64")
    if problem := _problem_with(key):
        return malformed(problem)
    verifier = VerifierKey(name, key[1:])
    expected = verifier.key_id.hex()
    if key_id != expected:
        return malformed(f"the key's ID should be {expected}: the name or the key was changed")
    return verifier


def _problem_with(key: bytes) -> str | None:
    if key[:1] != _ED25519:
        return "the key is of a type other than Ed25519 (type byte 01)"
    if len(key) != 1 + _KEY_SIZE:
        return f"an Ed25519 key has {_KEY_SIZE} bytes; this one has {len(key) - 1}"
    if not is_public_key(key[1:]):
        return "under this key any signature could be made to hold"
    return None
