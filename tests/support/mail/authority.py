"""Certificate authorities whose certificates have any dates, extensions and pointers."""

import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

Dates = tuple[datetime, datetime]
ALWAYS: Dates = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))
PAST: Dates = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 2, 3, 4, 5, tzinfo=UTC))
FUTURE: Dates = (datetime(2088, 9, 10, 11, 12, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))


def name_of(common_name: str) -> x509.Name:
    """Returns a subject that consists of a common name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def access(*, issuer: str = "", ocsp: str = "") -> x509.AuthorityInformationAccess:
    """Returns the extension that says where the issuer's certificate and OCSP responder are."""
    places = ((Access.CA_ISSUERS, issuer), (Access.OCSP, ocsp))
    return x509.AuthorityInformationAccess(
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url))
        for method, url in places
        if url
    )


@dataclass(frozen=True)
class Identity:
    """A certificate, its private key, and the certificates above it without the root."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    above: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> str:
        """The certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    def serve(self, context: ssl.SSLContext, *chain: x509.Certificate) -> None:
        """Lets a server present the certificate, followed by `chain`."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pems = [each.public_bytes(Encoding.PEM) for each in (self.certificate, *chain)]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "server.pem"
            file.write_bytes(key + b"".join(pems))
            context.load_cert_chain(file)


class Authority(Identity):
    """A certificate authority: a root, or an intermediate of another authority."""

    @classmethod
    def root(cls, name: str, dates: Dates = ALWAYS) -> "Authority":
        """Creates a root."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = name_of(name)
        builder = _builder(subject, subject, key, dates)
        return cls(_as_authority(builder).sign(key, hashes.SHA256()), key)

    def intermediate(
        self, name: str, dates: Dates = ALWAYS, *extensions: x509.ExtensionType
    ) -> "Authority":
        """Creates an intermediate authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name_of(name), self.certificate.subject, key, dates)
        certificate = self._sign(_as_authority(builder), extensions)
        return Authority(certificate, key, self._above())

    def issue(self, host: str, dates: Dates = ALWAYS, *extensions: x509.ExtensionType) -> Identity:
        """Issues a certificate for a host; `extensions` may contain other names."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name_of(host), self.certificate.subject, key, dates)
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        if not any(each.oid == names.oid for each in extensions):
            builder = builder.add_extension(names, critical=False)
        return Identity(self._sign(builder, extensions), key, self._above())

    def responder(self, name: str, *, delegated: bool = True, dates: Dates = ALWAYS) -> Identity:
        """Issues a certificate for an OCSP responder, which may lack the right to answer."""
        usage = ExtendedKeyUsageOID.OCSP_SIGNING if delegated else ExtendedKeyUsageOID.SERVER_AUTH
        return self.issue(name, dates, x509.ExtendedKeyUsage([usage]))

    def _sign(
        self, builder: x509.CertificateBuilder, extensions: Sequence[x509.ExtensionType]
    ) -> x509.Certificate:
        for each in extensions:
            builder = builder.add_extension(each, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def _above(self) -> tuple[x509.Certificate, ...]:
        is_root = self.certificate.subject == self.certificate.issuer
        return () if is_root else (self.certificate, *self.above)


def unreadable_names() -> x509.UnrecognizedExtension:
    """Returns alternative names that OpenSSL reads and `cryptography` does not."""
    return x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.17"), b"\x30\x06\x82\x04\xff\xfe.x")


def public_policy() -> x509.CertificatePolicies:
    """Returns the policy that public authorities assert after they validated a domain."""
    domain_validated = ObjectIdentifier("2.23.140.1.2.1")
    return x509.CertificatePolicies([x509.PolicyInformation(domain_validated, None)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, dates: Dates
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=dates[0],
        not_valid_after=dates[1],
    )


def _as_authority(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
