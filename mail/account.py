"""The account that mail goes out through: where to, how secured, signed in as whom."""

from dataclasses import dataclass
from enum import StrEnum

from mail.secret import Secret

IMPLICIT_TLS_PORTS = frozenset({465, 2465})
"""Ports on which TLS comes first: 465 by RFC 8314, 2465 by custom (Amazon SES)."""


class TlsMode(StrEnum):
    """How a secure connection is asked for."""

    AUTO = "AUTO"
    STARTTLS = "STARTTLS"
    IMPLICIT = "IMPLICIT"


class Security(StrEnum):
    """How a connection is really secured, once AUTO and the port are weighed."""

    NONE = "NONE"
    STARTTLS = "STARTTLS"
    IMPLICIT = "IMPLICIT"


class SaslMechanism(StrEnum):
    """A way to sign in. AUTO takes the strongest that both sides have."""

    AUTO = "AUTO"
    PLAIN = "PLAIN"
    LOGIN = "LOGIN"
    CRAM_MD5 = "CRAM_MD5"
    NTLM = "NTLM"
    XOAUTH2 = "XOAUTH2"

    @property
    def keyword(self) -> str:
        """The mechanism's name in SMTP's AUTH, such as `CRAM-MD5`."""
        return self.value.replace("_", "-")


@dataclass(frozen=True, slots=True)
class OAuth2:
    """A client of an OAuth2 authorization server, for the client-credentials grant.

    RFC 6749 §4.4.
    """

    token_url: str
    client_id: str
    client_secret: Secret | None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that a connection needs to know; no sender and no message.

    `host` is an A-label or an IP address, `trusted_certificates` are PEM, `timeout_seconds` limits
    connecting and each reply.
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

    @property
    def security(self) -> Security:
        """What this account's connection is secured by. There is no falling back from it."""
        if not self.secure:
            return Security.NONE
        if self.tls_mode is TlsMode.AUTO:
            implicit = self.port in IMPLICIT_TLS_PORTS
            return Security.IMPLICIT if implicit else Security.STARTTLS
        return Security(self.tls_mode.value)

    @property
    def uses_oauth2(self) -> bool:
        """Whether signing in takes a token instead of a password."""
        if self.mechanism is SaslMechanism.AUTO:
            return self.oauth2 is not None
        return self.mechanism is SaslMechanism.XOAUTH2

    @property
    def login_name(self) -> str:
        r"""The name for PLAIN and LOGIN: `DOMAIN\user` where a domain is set, as .NET sends it."""
        name = self.username or ""
        return f"{self.domain}\\{name}" if self.domain else name

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Every secret in here, for whoever has to keep them out of a report."""
        client_secret = self.oauth2.client_secret if self.oauth2 else None
        return tuple(secret for secret in (self.password, client_secret) if secret is not None)
