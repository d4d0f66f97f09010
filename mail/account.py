"""The account that sends the mail: the server, how the connection is secured, and the sign-in."""

from dataclasses import dataclass
from enum import StrEnum

from mail.secret import Secret

IMPLICIT_TLS_PORTS = frozenset({465, 2465})
"""Ports that use implicit TLS: 465 by RFC 8314, 2465 by custom (Amazon SES)."""


class TlsMode(StrEnum):
    """How the settings say that TLS begins. AUTO decides by the port."""

    AUTO = "AUTO"
    STARTTLS = "STARTTLS"
    IMPLICIT = "IMPLICIT"


class Security(StrEnum):
    """How a connection is secured, after AUTO is resolved by the port."""

    NONE = "NONE"
    STARTTLS = "STARTTLS"
    IMPLICIT = "IMPLICIT"


class RevocationCheck(StrEnum):
    """Whether a test asks if a certificate of the server was revoked, and what follows.

    With SOFT, a check that is impossible is only reported. With HARD, it fails the test.
    """

    OFF = "OFF"
    SOFT = "SOFT"
    HARD = "HARD"


class SaslMechanism(StrEnum):
    """A sign-in mechanism. AUTO selects the best mechanism that both sides support."""

    AUTO = "AUTO"
    PLAIN = "PLAIN"
    LOGIN = "LOGIN"
    SCRAM_SHA_256 = "SCRAM_SHA_256"
    SCRAM_SHA_1 = "SCRAM_SHA_1"
    CRAM_MD5 = "CRAM_MD5"
    NTLM = "NTLM"
    XOAUTH2 = "XOAUTH2"
    OAUTHBEARER = "OAUTHBEARER"

    @property
    def keyword(self) -> str:
        """The mechanism's name in SMTP's AUTH, such as `CRAM-MD5`."""
        return self.value.replace("_", "-")

    @property
    def uses_token(self) -> bool:
        """Whether the mechanism sends an OAuth2 access token instead of a password."""
        return self in (SaslMechanism.XOAUTH2, SaslMechanism.OAUTHBEARER)

    @property
    def sends_password(self) -> bool:
        """Whether the mechanism sends the password itself, which TLS must then protect."""
        return self in (SaslMechanism.PLAIN, SaslMechanism.LOGIN)


@dataclass(frozen=True, slots=True)
class OAuth2:
    """An OAuth2 client that uses the client-credentials grant (RFC 6749 §4.4)."""

    token_url: str
    client_id: str
    client_secret: Secret | None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that a connection needs to know, without a sender or a message.

    `host` is a name in A-labels or an IP address. `trusted_certificates` are in PEM format.
    `timeout_seconds` limits connecting, and waiting for each line of a reply. `client_certificate`
    is a chain in PEM, the client's own certificate first, and `client_key` its private key in PEM.
    """

    host: str
    port: int
    secure: bool = True
    tls_mode: TlsMode = TlsMode.AUTO
    trusted_certificates: tuple[str, ...] = ()
    username: str | None = None
    domain: str | None = None
    password: Secret | None = None
    mechanism: SaslMechanism = SaslMechanism.AUTO
    oauth2: OAuth2 | None = None
    ehlo_hostname: str | None = None
    timeout_seconds: float = 30
    client_certificate: str | None = None
    client_key: Secret | None = None
    revocation: RevocationCheck = RevocationCheck.OFF

    @property
    def security(self) -> Security:
        """How this account's connection is secured. There is no fallback to a weaker way."""
        if not self.secure:
            return Security.NONE
        if self.tls_mode is TlsMode.AUTO:
            implicit = self.port in IMPLICIT_TLS_PORTS
            return Security.IMPLICIT if implicit else Security.STARTTLS
        return Security(self.tls_mode.value)

    @property
    def uses_oauth2(self) -> bool:
        """Whether signing in uses an access token instead of a password."""
        if self.mechanism is SaslMechanism.AUTO:
            return self.oauth2 is not None
        return self.mechanism.uses_token

    @property
    def login_name(self) -> str:
        r"""The name for PLAIN and LOGIN: `DOMAIN\user` if a domain is set, as .NET sends it."""
        name = self.username or ""
        return f"{self.domain}\\{name}" if self.domain else name

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Every secret of the account, so that they can be kept out of a report."""
        client_secret = self.oauth2.client_secret if self.oauth2 else None
        secrets = (self.password, client_secret, self.client_key)
        return tuple(secret for secret in secrets if secret is not None)
