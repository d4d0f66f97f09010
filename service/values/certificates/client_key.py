"""The private key of the client certificate: from PEM text to the form in which it is stored."""

import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

MAX_KEY_BYTES: Final = 4_096
"""The size of a key's PEM text that can be sealed (`db.keyring`)."""
MIN_RSA_BITS: Final = 2_048
MAX_KEY_TEXT: Final = 32_768
# A block contains no other beginning, so the time does not grow with the square of the length.
_BLOCK: Final = re.compile(
    r"-----BEGIN ([A-Z0-9 ]{0,40})PRIVATE KEY-----"
    r"((?:(?!-----BEGIN).)*?)-----END \1PRIVATE KEY-----",
    re.DOTALL,
)
_HEADER: Final = re.compile(r"^[ \t]*[A-Za-z-]+:.*$", re.MULTILINE)
_LINE: Final = 64
_CURVES: Final = frozenset(
    {"secp256r1", "secp384r1", "secp521r1"} | {f"brainpoolP{bits}r1" for bits in (256, 384, 512)}
)
_ENDS: Final = "which starts with -----BEGIN PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class InvalidKey:
    """Why a text cannot be stored as a key: a problem's code and message, without the text."""

    code: str
    message: str


_ENCRYPTED: Final = InvalidKey(
    "CLIENT_KEY_ENCRYPTED",
    "Decrypt the key first, for example with openssl pkey -in key.pem -out plain.pem: the service "
    "encrypts what it stores, and cannot ask for a passphrase.",
)
_TOO_LONG: Final = InvalidKey(
    "CLIENT_KEY_TOO_LONG",
    f"Use an EC key, or an RSA key of at most 4096 bits: a key has at most {MAX_KEY_BYTES:,} bytes "
    "of PEM.",
)


def _invalid(message: str) -> InvalidKey:
    return InvalidKey("CLIENT_KEY_INVALID", message)


def normalize_key(text: str) -> str | InvalidKey:
    """Returns a key in PEM with lines of 64 characters, without what surrounds it in the text.

    The text may contain certificates, EC parameters or explanations, but only one key.
    """
    if len(text) > MAX_KEY_TEXT:
        return _TOO_LONG
    # Environment files hold no line breaks, so some programs write them as a backslash and an n.
    blocks = {_block(*found.groups()) for found in _BLOCK.finditer(text.replace("\\n", "\n"))}
    if not blocks:
        return _invalid(_describe_missing(text))
    if len(blocks) > 1:
        return _invalid("Enter only one private key: the one that belongs to the certificate.")
    (pem,) = blocks
    if "Proc-Type: 4,ENCRYPTED" in text or "BEGIN ENCRYPTED" in pem:
        return _ENCRYPTED
    return _checked(pem)


def load_key(pem: str) -> PrivateKeyTypes:
    """Loads a key that `normalize_key` returned, without the slow checks of its numbers."""
    return load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)


def belongs_to(key: PrivateKeyTypes, public_key: object) -> bool:
    """Returns whether a public key is the key's own."""
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if not isinstance(public_key, _PUBLIC):
        return False
    return key.public_key().public_bytes(*form) == public_key.public_bytes(*form)


def describe_unusable(public_key: object) -> str | None:
    """Returns why TLS cannot use a key of this kind, or None if it can."""
    match public_key:
        case rsa.RSAPublicKey() if public_key.key_size < MIN_RSA_BITS:
            return f"an RSA key needs at least {MIN_RSA_BITS:,} bits."
        case ec.EllipticCurvePublicKey() if public_key.curve.name not in _CURVES:
            return "an EC key needs the curve P-256, P-384 or P-521."
        case _:
            usable = isinstance(public_key, _PUBLIC)
            return None if usable else "make an EC, RSA or Ed25519 key instead."


_PUBLIC: Final = (
    rsa.RSAPublicKey,
    ec.EllipticCurvePublicKey,
    ed25519.Ed25519PublicKey,
    ed448.Ed448PublicKey,
)


def _block(label: str, body: str) -> str:
    text = "".join(_HEADER.sub("", body).split())
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    name = f"{label}PRIVATE KEY"
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""])


def _describe_missing(text: str) -> str:
    if "BEGIN CERTIFICATE" in text:
        return (
            f"Enter the private key, {_ENDS}. Certificates belong in the field clientCertificate."
        )
    if "PUBLIC KEY" in text:
        return f"Enter the private key, {_ENDS}. This is a public key."
    return f"Enter a private key in PEM, {_ENDS}, up to the line that ends it."


def _checked(pem: str) -> str | InvalidKey:
    if len(pem.encode()) > MAX_KEY_BYTES:
        return _TOO_LONG
    try:
        if "BEGIN OPENSSH" in pem:
            return _from_openssh(pem)
        key = load_pem_private_key(pem.encode(), None)
    except TypeError:
        return _ENCRYPTED
    except (ValueError, NotImplementedError, UnsupportedAlgorithm, InternalError):
        return _invalid("Copy the private key again: it is incomplete or damaged.")
    problem = describe_unusable(key.public_key())
    return pem if problem is None else _invalid(f"This key cannot be used: {problem}")


def _from_openssh(pem: str) -> str | InvalidKey:
    """Rewrites OpenSSH's own format as PKCS #8, the form that TLS libraries read."""
    key = load_ssh_private_key(pem.encode(), None)
    return _checked(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    )
