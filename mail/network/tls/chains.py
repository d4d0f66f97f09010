"""The chain that OpenSSL examined, rebuilt from what the server sent and what is trusted.

Python reports why a verification failed, but not at which certificate.
"""

import contextlib
import ssl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from mail.network.certificates import UNREADABLE, ders_in


@dataclass(frozen=True, slots=True)
class Chain:
    """A path from the server's own certificate upward."""

    path: tuple[x509.Certificate, ...]

    def expired(self, now: datetime) -> x509.Certificate | None:
        """Returns the expired certificate that OpenSSL reports, or None.

        OpenSSL begins at the top (`internal_verify` in x509_vfy.c).
        """
        expired = (each for each in reversed(self.path) if each.not_valid_after_utc < now)
        return next(expired, None)

    def not_yet_valid(self, now: datetime) -> x509.Certificate | None:
        """Returns the certificate that is not valid yet and that OpenSSL reports, or None."""
        later = (each for each in reversed(self.path) if each.not_valid_before_utc > now)
        return next(later, None)

    def role_of(self, certificate: x509.Certificate) -> str:
        """Returns what a certificate of the path is, in words."""
        if certificate is self.path[0]:
            return "the server's certificate"
        if certificate.subject == certificate.issuer:
            return "the root certificate"
        return "the intermediate certificate"


def chain_of(presented: Sequence[bytes], anchors: Sequence[bytes], now: datetime) -> Chain | None:
    """Returns the chain that OpenSSL examines, or None if the server's certificate is unreadable.

    As OpenSSL does, it looks for an issuer among the trusted certificates first, and prefers a
    certificate that is valid now. A trusted certificate ends the chain, except the server's own.
    """
    path = list(readable(presented[:1]))
    if not path:
        return None
    while len(path) == 1 or path[-1].public_bytes(Encoding.DER) not in anchors:
        issuer = _issuer(path[-1], anchors, now) or _issuer(path[-1], presented[1:], now)
        if issuer is None or issuer in path:
            break
        path.append(issuer)
    return Chain(tuple(path))


def anchors_of(context: ssl.SSLContext, trusted: Iterable[str]) -> tuple[bytes, ...]:
    """Returns the certificates that a context trusts, including those of no authority, in DER.

    `trusted` are the account's own, in PEM: a context lists only certificates of authorities.
    """
    return (*ders_in(trusted), *context.get_ca_certs(binary_form=True))


def readable(ders: Iterable[bytes]) -> Iterator[x509.Certificate]:
    """Yields the certificates that can be read."""
    for der in ders:
        with contextlib.suppress(*UNREADABLE):
            yield x509.load_der_x509_certificate(der)


def _issuer(of: x509.Certificate, among: Iterable[bytes], now: datetime) -> x509.Certificate | None:
    name = of.issuer.public_bytes()
    named = readable(der for der in among if name in der)  # most are others: do not read them
    found = [each for each in named if each.subject == of.issuer and _signed(of, each)]
    valid = [each for each in found if each.not_valid_before_utc <= now <= each.not_valid_after_utc]
    return next(iter(valid or found), None)


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *UNREADABLE):
        return False
    return True
