"""The values of the email settings: pure data, without a secret in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, TypeAlias

from mail.account import SaslMechanism, TlsMode

DEFAULT_PORT: Final = 587
DEFAULT_TIMEOUT_SECONDS: Final = 30


Value: TypeAlias = str | int | bool | tuple[str, ...] | None
"""What a field may hold."""


class SecretName(StrEnum):
    """The secrets that the settings have, by their field's name."""

    SMTP_PASSWORD = "smtpPassword"  # noqa: S105 (a field's name)
    OAUTH2_CLIENT_SECRET = "oauth2.clientSecret"  # noqa: S105 (a field's name)


@dataclass(frozen=True, slots=True)
class SettingsValues:
    """One state of the settings. The default is 'nothing saved'.

    `None` is 'not set'. A secret appears as its version number only. `trusted_certificates` are
    PEM, one certificate each.
    """

    smtp_host: str | None = None
    smtp_domain: str | None = None
    smtp_port: int = DEFAULT_PORT
    smtp_username: str | None = None
    smtp_password_version: int | None = None
    default_from_address: str | None = None
    default_from_display_name: str | None = None
    enable_secure_connection: bool = True
    tls_mode: TlsMode = TlsMode.AUTO
    trusted_certificates: tuple[str, ...] = ()
    auth_mechanism: SaslMechanism = SaslMechanism.AUTO
    oauth2_token_url: str | None = None
    oauth2_client_id: str | None = None
    oauth2_client_secret_version: int | None = None
    oauth2_scope: str | None = None
    ehlo_hostname: str | None = None
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS

    def secret_version(self, name: SecretName) -> int | None:
        """Which version of a secret these values go with; None where it is not set."""
        match name:
            case SecretName.SMTP_PASSWORD:
                return self.smtp_password_version
            case SecretName.OAUTH2_CLIENT_SECRET:
                return self.oauth2_client_secret_version

    def with_secret_version(self, name: SecretName, version: int | None) -> "SettingsValues":
        """These values with another version of a secret."""
        match name:
            case SecretName.SMTP_PASSWORD:
                return replace(self, smtp_password_version=version)
            case SecretName.OAUTH2_CLIENT_SECRET:
                return replace(self, oauth2_client_secret_version=version)

    def having(self, fields: Mapping[str, Value]) -> "SettingsValues":
        """These values with some fields replaced, by attribute; each value of its field's type."""
        changed: dict[str, Any] = dict(fields)
        return replace(self, **changed)


NOTHING_SAVED: Final = SettingsValues()
"""Revision 0."""
