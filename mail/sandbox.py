"""A mail server for trying Postledger out: it stores each message and delivers none."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST: Final = "localhost"
USERNAME: Final = "sandbox"
PASSWORD: Final = "sandbox-password"  # noqa: S105 (public: it protects nothing and is printed)
_VALID_FOR: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class SandboxMail:
    """A message that arrived: the file that contains it, and its text."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The port that the server listens on, and the certificate to trust, in PEM format."""

    port: int
    certificate: str


@dataclass(slots=True)
class _Handler:
    """aiosmtpd's handler: writes each message into the folder."""

    folder: Path
    arrived: Callable[[SandboxMail], None]
    count: int = field(default=0)

    async def handle_DATA(self, *arguments: object) -> str:  # noqa: N802 (aiosmtpd's name)
        """Stores a message and accepts it. aiosmtpd passes server, session and envelope."""
        envelope = arguments[-1]
        if not isinstance(envelope, Envelope):
            raise TypeError("the last argument from aiosmtpd must be the envelope")
        self.count += 1
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        path = self.folder / f"{stamp}-{self.count}.eml"
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        await asyncio.to_thread(path.write_bytes, raw)
        self.arrived(SandboxMail(path, raw.decode("utf-8", "replace")))
        return f"250 2.0.0 kept as {path.name}"


@asynccontextmanager
async def sandbox(
    folder: Path, port: int, arrived: Callable[[SandboxMail], None]
) -> AsyncIterator[Sandbox]:
    """Runs the server on localhost, and yields its port and certificate.

    The server requires STARTTLS, and a sign-in as `sandbox` with `sandbox-password`.

    Args:
        folder: where the messages and the server's key and certificate are stored.
        port: the port to listen on; 0 chooses a free port.
        arrived: is called with each message.

    Raises:
        OSError: the port is taken or the folder cannot be written.
    """
    certificate = await asyncio.to_thread(_certificate, folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    handler = _Handler(folder, arrived)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            handler,
            hostname=HOST,
            ident="Postledger sandbox",
            enable_SMTPUTF8=True,
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=_authenticate,
        ),
        ["127.0.0.1"],
        port,
    )
    async with server:
        yield Sandbox(server.sockets[0].getsockname()[1], certificate)


def _authenticate(*arguments: object) -> AuthResult:
    """Checks a sign-in. aiosmtpd passes server, session, envelope, mechanism and credentials."""
    auth_data = arguments[-1]
    known = (
        isinstance(auth_data, LoginPassword)
        and compare_digest(auth_data.login, USERNAME.encode())
        and compare_digest(auth_data.password, PASSWORD.encode())
    )
    return AuthResult(success=known, handled=False)


def _certificate(folder: Path) -> str:
    """Returns the server's certificate. It is created once, so that saved settings can trust it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "certificate.pem"
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        key_path = folder / "key.pem"
        key_path.touch(mode=0o600)
        key_path.write_bytes(pem)
        path.write_bytes(_self_signed(key).public_bytes(Encoding.PEM))
    return path.read_text(encoding="ascii")


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Postledger sandbox")])
    names: list[x509.GeneralName] = [
        x509.DNSName(HOST),
        x509.IPAddress(ip_address("127.0.0.1")),
    ]
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
