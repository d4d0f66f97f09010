"""What the rules examine: the settings, and what is known besides."""

from dataclasses import dataclass
from datetime import datetime

from mail.account import IMPLICIT_TLS_PORTS, SaslMechanism, TlsMode
from mail.providers import Provider, provider_of_host
from mail.report import CertificateFacts
from service.values.certificates import certificates_of
from service.values.secret_names import SecretName
from service.values.settings_values import SettingsValues


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules examine. `unreadable` names the stored secrets that cannot be decrypted."""

    values: SettingsValues
    certificates: tuple[CertificateFacts, ...]
    now: datetime
    unreadable: frozenset[SecretName] = frozenset()

    @property
    def provider(self) -> Provider | None:
        """The provider that runs the host; None if it is not a known provider's."""
        host = self.values.smtp_host
        return provider_of_host(host) if host else None

    @property
    def client_certificate(self) -> tuple[CertificateFacts, ...]:
        """The chain that the service presents, its own certificate first; empty if not set."""
        chain = self.values.client_certificate
        return certificates_of((chain,)) if chain else ()

    @property
    def signs_in_with_password(self) -> bool:
        """Whether the service would sign in with a username and a password."""
        return not self.values.auth_mechanism.uses_token and not (
            self.values.auth_mechanism is SaslMechanism.AUTO and self.values.oauth2_token_url
        )

    @property
    def implicit_tls(self) -> bool:
        """Whether the connection would start with TLS."""
        values = self.values
        if values.tls_mode is TlsMode.AUTO:
            return values.smtp_port in IMPLICIT_TLS_PORTS
        return values.tls_mode is TlsMode.IMPLICIT
