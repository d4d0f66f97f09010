"""The certificate with which the client identifies itself, and its private key."""

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from mail.account import Account
from mail.network.certificates import UNREADABLE
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.secret import Secret

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - only for a private folder inside it


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A chain in PEM, the client's own certificate first, and the private key of that certificate.

    Without a key, the certificate is unusable, and `load` says so.
    """

    chain: str
    key: Secret | None

    @classmethod
    def of(cls, account: Account) -> Self | None:
        """Returns the account's certificate, or None if it has none."""
        if account.client_certificate is None:
            return None
        return cls(account.client_certificate, account.client_key)


def load(context: ssl.SSLContext, client: ClientCertificate) -> None:
    """Adds the certificate and its key to `context`. Raises StageFailed if they are unusable."""
    certificates, key = _certificates(client.chain), _key(client.key)
    if _public_bytes(key) != _public_bytes(certificates[0]):
        detail = "it is not the key of the client certificate"
        raise StageFailed(Code.CLIENT_KEY_UNREADABLE, detail=detail)
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in certificates)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with _file(private + chain) as path:
            context.load_cert_chain(path)
    except ssl.SSLError as error:  # such as a key that is too short
        words = (error.reason or "OpenSSL cannot use it").lower().replace("_", " ")
        raise StageFailed(Code.CLIENT_CERTIFICATE_UNREADABLE, detail=words) from error


def _certificates(chain: str) -> list[x509.Certificate]:
    try:
        certificates = x509.load_pem_x509_certificates(chain.encode())
        certificates[0].public_key()
    except UNREADABLE as error:
        detail = "the value is not a certificate in PEM"
        raise StageFailed(Code.CLIENT_CERTIFICATE_UNREADABLE, detail=detail) from error
    return certificates


def _key(key: Secret | None) -> PrivateKeyTypes:
    if not key:
        raise StageFailed(Code.CLIENT_KEY_UNREADABLE, detail="no key is set")
    detail = "the value is not a private key in PEM"
    try:
        return load_pem_private_key(key.reveal().encode(), None)
    except TypeError:
        detail = "it is encrypted with a passphrase"
    except (ValueError, UnsupportedAlgorithm):
        pass
    # Not `from` the error, which may quote the key.
    raise StageFailed(Code.CLIENT_KEY_UNREADABLE, detail=detail)


def _public_bytes(owner: PrivateKeyTypes | x509.Certificate) -> bytes:
    key = owner.public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    """Yields the path of a file for OpenSSL, which reads certificates with their key from files.

    On Linux the file is anonymous memory without a name in any folder. Elsewhere it is in a folder
    that only this user can read, and is deleted at once.
    """
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        descriptor = os.memfd_create("client certificate")  # closed in child processes
        try:
            os.write(descriptor, content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    folder = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=folder) as private:
        path = Path(private) / "client.pem"
        path.touch(mode=0o600)
        path.write_bytes(content)
        yield str(path)
