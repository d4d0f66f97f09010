"""The email settings' values. Each setting is declared here, with everything about it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final

from mail.account import RevocationCheck, SaslMechanism, TlsMode
from mail.report import Suggestion
from service.values import rules
from service.values.certificates.client_certificate import client_certificate
from service.values.fields import (
    CERTIFICATES,
    FLAG,
    NUMBER,
    TEXT,
    Choice,
    Field,
    InvalidCode,
    Value,
    declared_field,
    setting,
)

DEFAULT_PORT: Final = 587
DEFAULT_TIMEOUT_SECONDS: Final = 30

_PORT: Final = rules.number(
    1,
    rules.MAX_PORT,
    "Enter a port from 1 to 65535, usually 587.",
    Suggestion("Set SMTP Port to 587.", ("smtpPort",), "587", None),
)
_TIMEOUT: Final = rules.number(
    1,
    rules.MAX_TIMEOUT_SECONDS,
    f"Enter a timeout of 1 to {rules.MAX_TIMEOUT_SECONDS} seconds.",
    Suggestion("Set the timeout to 30 seconds.", ("timeoutSeconds",), "30", None),
)


class SecretName(StrEnum):
    """The secrets among the settings, by field name."""

    SMTP_PASSWORD = "smtpPassword"  # noqa: S105 (a field's name)
    CLIENT_KEY = "clientKey"
    OAUTH2_CLIENT_SECRET = "oauth2.clientSecret"  # noqa: S105 (a field's name)

    @property
    def attribute(self) -> str:
        """Its name in Python: `smtp_password`, `oauth2_client_secret`."""
        return self.name.lower()

    @property
    def version_attribute(self) -> str:
        """The attribute of `SettingsValues`, and the column, that has its version."""
        return f"{self.attribute}_version"

    @property
    def is_sent(self) -> bool:
        """Whether a server receives the secret itself. A key only signs (docs/decisions.md)."""
        return self is not SecretName.CLIENT_KEY

    @property
    def path(self) -> tuple[str, ...]:
        """Its field's name as a path."""
        return tuple(self.value.split("."))


@dataclass(frozen=True, slots=True)
class SettingsValues:
    """One state of the settings. The default is 'nothing saved'.

    None means 'not set'. A secret appears as its version number only. `trusted_certificates` are
    PEM texts of one certificate each. The fields are in the order of the settings page.
    """

    smtp_host: str | None = setting(
        "smtpHost",
        TEXT,
        rule=rules.host,
        invalid=InvalidCode("HOST_INVALID", "The host is neither a host name nor an IP address."),
        binds_secret=True,
    )
    smtp_domain: str | None = setting(
        "smtpDomain",
        TEXT,
        rule=rules.text(forbidden="\\"),
        invalid=InvalidCode(
            "DOMAIN_INVALID",
            "The domain contains a backslash or a control character, or is too long.",
        ),
        binds_secret=True,
    )
    smtp_port: int = setting(
        "smtpPort",
        NUMBER,
        default=DEFAULT_PORT,
        rule=_PORT,
        invalid=InvalidCode("PORT_OUT_OF_RANGE", "The port is not between 1 and 65535."),
        binds_secret=True,
    )
    smtp_username: str | None = setting(
        "smtpUsername",
        TEXT,
        rule=rules.text(exact=True),
        invalid=InvalidCode(
            "USERNAME_INVALID", "The username contains a control character or is too long."
        ),
        binds_secret=True,
    )
    smtp_password_version: int | None = None
    default_from_address: str | None = setting(
        "defaultFromAddress",
        TEXT,
        rule=rules.email_address(
            "defaultFromAddress", "Default From Address", "defaultFromDisplayName"
        ),
        invalid=InvalidCode(
            "FROM_ADDRESS_INVALID", "The From address is not a single email address."
        ),
    )
    default_from_display_name: str | None = setting(
        "defaultFromDisplayName",
        TEXT,
        rule=rules.display_name,
        invalid=InvalidCode(
            "DISPLAY_NAME_INVALID",
            "The display name contains a control character, is longer than 255 characters, or has "
            "a header's encoded form (=?…?=).",
        ),
    )
    reply_to_address: str | None = setting(
        "replyToAddress",
        TEXT,
        rule=rules.email_address("replyToAddress", "Reply-To Address"),
        invalid=InvalidCode(
            "REPLY_TO_ADDRESS_INVALID", "The Reply-To address is not a single email address."
        ),
    )
    enable_secure_connection: bool = setting(
        "enableSecureConnection", FLAG, default=True, binds_secret=True
    )
    tls_mode: TlsMode = setting("tlsMode", Choice(TlsMode), default=TlsMode.AUTO, binds_secret=True)
    trusted_certificates: tuple[str, ...] = setting(
        "trustedCertificates",
        CERTIFICATES,
        default=(),
        rule=rules.certificates,
        invalid=InvalidCode(
            "CERTIFICATE_INVALID", "A trusted certificate is not a PEM certificate."
        ),
        binds_secret=True,
    )
    client_certificate: str | None = setting(
        "clientCertificate",
        TEXT,
        rule=client_certificate,
        invalid=InvalidCode(
            "CLIENT_CERTIFICATE_INVALID",
            "The client certificate is not a PEM certificate chain, or is too long.",
        ),
    )
    client_key_version: int | None = None
    revocation_check: RevocationCheck = setting(
        "revocationCheck", Choice(RevocationCheck), default=RevocationCheck.OFF
    )
    auth_mechanism: SaslMechanism = setting(
        "authMechanism", Choice(SaslMechanism), default=SaslMechanism.AUTO, binds_secret=True
    )
    oauth2_token_url: str | None = setting(
        "oauth2.tokenUrl",
        TEXT,
        rule=rules.token_url,
        invalid=InvalidCode("OAUTH2_TOKEN_URL_INVALID", "The token URL is not an https URL."),
        binds_secret=True,
    )
    oauth2_client_id: str | None = setting(
        "oauth2.clientId",
        TEXT,
        rule=rules.client_id,
        invalid=InvalidCode(
            "OAUTH2_CLIENT_ID_INVALID",
            "The client id is empty, too long, or contains a control character.",
        ),
        binds_secret=True,
    )
    oauth2_client_secret_version: int | None = None
    oauth2_scope: str | None = setting(
        "oauth2.scope",
        TEXT,
        rule=rules.text(rules.MAX_LONG_TEXT),
        invalid=InvalidCode(
            "OAUTH2_SCOPE_INVALID", "The scope is too long or contains a control character."
        ),
    )
    ehlo_hostname: str | None = setting(
        "ehloHostname",
        TEXT,
        rule=rules.ehlo_hostname,
        invalid=InvalidCode(
            "EHLO_HOSTNAME_INVALID", "The EHLO name is neither a host name nor an address literal."
        ),
    )
    timeout_seconds: int = setting(
        "timeoutSeconds",
        NUMBER,
        default=DEFAULT_TIMEOUT_SECONDS,
        rule=_TIMEOUT,
        invalid=InvalidCode(
            "TIMEOUT_OUT_OF_RANGE", "The timeout is not between 1 and 300 seconds."
        ),
    )

    def secret_version(self, name: SecretName) -> int | None:
        """Returns the version of a secret that these values have, or None if it is not set."""
        version: int | None = getattr(self, name.version_attribute)
        return version

    def with_secret_version(self, name: SecretName, version: int | None) -> "SettingsValues":
        """Returns a copy of these values with another version of a secret."""
        return self.with_values({name.version_attribute: version})

    def with_values(self, changed: Mapping[str, Value]) -> "SettingsValues":
        """Returns a copy with some attributes replaced; each value has its field's type."""
        arguments: dict[str, Any] = dict(changed)
        return replace(self, **arguments)


_DECLARED: Final = {
    each.name: declared_field(each.name, each.metadata) for each in fields(SettingsValues)
}
_VERSIONS: Final = {name.version_attribute for name in SecretName}

FIELDS: Final[tuple[Field, ...]] = tuple(each for each in _DECLARED.values() if each is not None)
"""Every setting except the secrets, in order. Other lists of settings are derived from this."""

if {name for name, field in _DECLARED.items() if field is None} != _VERSIONS:
    raise TypeError(
        "every attribute of SettingsValues must be a setting or the version of a secret"
    )

NOTHING_SAVED: Final = SettingsValues()
"""The values of revision 0, before anything was saved."""
