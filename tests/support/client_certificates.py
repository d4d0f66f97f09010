"""Client certificates with their keys, made once: the files that an administrator would paste."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGIN: Final = datetime(2020, 1, 1, tzinfo=UTC)
NEVER: Final = datetime(2999, 1, 1, tzinfo=UTC)
PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
AnyKey: TypeAlias = PrivateKey | ed448.Ed448PrivateKey | dsa.DSAPrivateKey


def key(name: str = "postledger") -> ec.EllipticCurvePrivateKey:
    """Returns an EC key; the same for the same name."""
    return _key(name)


@cache
def _key(_name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """Returns an RSA key; the same for the same size."""
    return rsa.generate_private_key(65_537, bits)


def key_pem(
    of: AnyKey, form: PrivateFormat = PrivateFormat.PKCS8, passphrase: bytes | None = None
) -> str:
    """Returns a private key as PEM."""
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return of.private_bytes(Encoding.PEM, form, encryption).decode()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a certificate says of itself; None leaves an extension out."""

    authority: bool | None = None
    signs_certificates: bool | None = None
    signs: bool = True
    for_servers_only: bool = False
    begins: datetime = BEGIN
    ends: datetime = NEVER


@cache
def made(
    subject: str = "postledger",
    issuer: str | None = None,
    wish: Wish = Wish(),
    of: PrivateKey | None = None,
) -> str:
    """Returns a certificate as PEM, signed by the key with its issuer's name."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer or subject))
        .public_key((of or key(subject)).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(wish.begins)
        .not_valid_after(wish.ends)
    )
    for extension in _extensions(wish):
        builder = builder.add_extension(extension, critical=False)
    signer = key(issuer) if issuer else of or key(subject)
    algorithm = None if isinstance(signer, ed25519.Ed25519PrivateKey) else SHA256()
    return builder.sign(signer, algorithm).public_bytes(Encoding.PEM).decode()


def chain(name: str = "postledger", wish: Wish = Wish()) -> tuple[str, str, str]:
    """Returns a leaf for clients, its intermediate and the root, each as PEM."""
    authority = Wish(authority=True, signs_certificates=True)
    return (
        made(name, "intermediate", wish),
        made("intermediate", "root", authority),
        made("root", None, authority),
    )


def _extensions(wish: Wish) -> Sequence[x509.ExtensionType]:
    found: list[x509.ExtensionType] = []
    if wish.authority is not None:
        found.append(x509.BasicConstraints(ca=wish.authority, path_length=None))
    if wish.signs_certificates is not None:
        found.append(_usage(signs=wish.signs, signs_certificates=wish.signs_certificates))
    if wish.for_servers_only:
        found.append(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]))
    return found


def _usage(*, signs: bool, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
