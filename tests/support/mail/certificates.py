"""Certificates in every state that a server's certificate can have, created once."""

import functools
import ssl
import tempfile
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.support.mail.chains import CHAINS, HOST, OTHER
from tests.support.mail.client_certificates import MadeClient
from tests.support.mail.responder import REVOCABLE
from tests.support.mail.token_server import TOKEN_HOST

HOSTS = (
    HOST,
    TOKEN_HOST,
    "login.microsoftonline.com",
    "127.0.0.1",
    "smtp.gmail.com",
    "smtp-relay.gmail.com",
    "smtp.office365.com",
    "smtp.sendgrid.net",
    "email-smtp.us-east-1.amazonaws.com",
    "smtp.mail.yahoo.com",
    "smtp.fastmail.com",
    "smtp.zoho.com",
    "smtp-relay.brevo.com",
    "smtp.mailgun.org",
    "smtp.sparkpostmail.com",
    "smtp.mail.me.com",
    "smtp-mail.outlook.com",
    "smtp.qq.com",
    "xn--bcher-kva.example",
)
_SHORT_DH = """\
-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""
"""Diffie-Hellman parameters of 1024 bits: group 2 of RFC 2409."""
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_LATER = datetime(2090, 1, 1, tzinfo=UTC)


class MadeCertificates:
    """A certificate authority that accounts trust, an untrusted one, and their certificates."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="Trusted Authority")
        self._private = trustme.CA(organization_name="Private Authority")

    @property
    def trusted_pem(self) -> str:
        """The certificate of the authority that accounts trust."""
        return self._authority.cert_pem.bytes().decode()

    @property
    def client_authority_pem(self) -> str:
        """The certificate of the authority of clients with such a certificate as `client`."""
        return self._private.cert_pem.bytes().decode()

    @functools.cached_property
    def client(self) -> MadeClient:
        """A client certificate that servers with `wants_certificate` accept."""
        return MadeClient.of(self._private)

    def server_pem(self) -> bytes:
        """Returns the key and the chain of a server's good certificate, for other programs."""
        leaf = self._authority.issue_cert(*HOSTS)
        return leaf.private_key_pem.bytes() + _chain(leaf)

    @functools.cache  # noqa: B019 - the only instance lives as long as the tests
    def context(self, name: str) -> ssl.SSLContext:
        """Returns a server's TLS context with the certificate called `name`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if name in CHAINS:
            CHAINS[name](context)
        elif name in REVOCABLE:
            REVOCABLE[name].serve(context, *REVOCABLE[name].above)
        else:
            getattr(self, f"_{name}")(context)
        return context

    def _good(self, context: ssl.SSLContext) -> None:
        self._authority.issue_cert(*HOSTS).configure_cert(context)

    def _other_name(self, context: ssl.SSLContext) -> None:
        self._authority.issue_cert(OTHER).configure_cert(context)

    def _wildcard(self, context: ssl.SSLContext) -> None:
        self._authority.issue_cert("*.mail.example.org").configure_cert(context)

    def _expired(self, context: ssl.SSLContext) -> None:
        end = _LONG_AGO + timedelta(days=90)
        leaf = self._authority.issue_cert(HOST, TOKEN_HOST, not_before=_LONG_AGO, not_after=end)
        leaf.configure_cert(context)

    def _not_yet_valid(self, context: ssl.SSLContext) -> None:
        end = _LATER + timedelta(days=90)
        leaf = self._authority.issue_cert(HOST, TOKEN_HOST, not_before=_LATER, not_after=end)
        leaf.configure_cert(context)

    def _private_leaf(self, context: ssl.SSLContext) -> None:
        self._private.issue_cert(HOST).configure_cert(context)

    def _private_with_root(self, context: ssl.SSLContext) -> None:
        leaf = self._private.issue_cert(HOST, TOKEN_HOST)
        _load(context, leaf.private_key_pem.bytes(), _chain(leaf) + self._private.cert_pem.bytes())

    def _private_with_intermediate(self, context: ssl.SSLContext) -> None:
        self._private.create_child_ca().issue_cert(HOST).configure_cert(context)

    def _private_other_name(self, context: ssl.SSLContext) -> None:
        self._private.issue_cert(OTHER).configure_cert(context)

    def _self_signed(self, context: ssl.SSLContext) -> None:
        _load(context, *_self_signed(HOST, ec.generate_private_key(ec.SECP256R1())))

    def _weak(self, context: ssl.SSLContext) -> None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - weak on purpose
        _load(context, *_self_signed(HOST, key))

    def _old(self, context: ssl.SSLContext) -> None:
        """Limits the server to TLS 1.1."""
        self._good(context)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():  # Python warns about versions this old
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1

    def _no_forward_secrecy(self, context: ssl.SSLContext) -> None:
        self._authority.issue_cert(HOST, key_type=trustme.KeyType.RSA).configure_cert(context)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AES128-SHA:AES256-SHA:AES128-GCM-SHA256")

    def _short_dh(self, context: ssl.SSLContext) -> None:
        self._authority.issue_cert(HOST, key_type=trustme.KeyType.RSA).configure_cert(context)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "dh.pem"
            file.write_text(_SHORT_DH)
            context.load_dh_params(str(file))

    def _wants_certificate(self, context: ssl.SSLContext) -> None:
        self._good(context)
        self._private.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED

    def _wants_certificate_by_tls12(self, context: ssl.SSLContext) -> None:
        self._wants_certificate(context)
        context.maximum_version = ssl.TLSVersion.TLSv1_2


def _chain(leaf: trustme.LeafCert) -> bytes:
    return b"".join(pem.bytes() for pem in leaf.cert_chain_pems)


def _load(context: ssl.SSLContext, key: bytes, chain: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "server.pem"
        file.write_bytes(key + chain)
        context.load_cert_chain(file)


def _self_signed(
    host: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> tuple[bytes, bytes]:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_LONG_AGO)
        .not_valid_after(_LATER)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)
