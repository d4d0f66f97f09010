"""The email settings' values. Each setting is declared here, with everything about it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from mail.account import RevocationCheck, SaslMechanism, TlsMode
from mail.report import Suggestion
from service.values import rules
from service.values.certificates import MAX_PEM_CHARACTERS
from service.values.certificates.client_certificate import client_certificate
from service.values.fields import (
    CERTIFICATES,
    FLAG,
    NUMBER,
    TEXT,
    Choice,
    Field,
    InvalidCode,
    Limits,
    Value,
    declared_field,
    setting,
)
from service.values.names import MAX_HOST_NAME, MAX_TEXT
from service.values.secret_names import SecretName

DEFAULT_PORT: Final = 587
DEFAULT_TIMEOUT_SECONDS: Final = 30

_TEXT: Final = Limits(max_length=MAX_TEXT)
_LONG_TEXT: Final = Limits(max_length=rules.MAX_LONG_TEXT)
_HOST: Final = Limits(max_length=MAX_HOST_NAME)
_PORT: Final = (1, 65_535)
_TIMEOUT_SECONDS: Final = (1, 300)


@dataclass(frozen=True, slots=True)
class SettingsValues:
    """One state of the settings. The default is 'nothing saved'.

    None means 'not set'. A secret appears as its version number only. `trusted_certificates` are
    PEM texts of one certificate each. The fields are in the order of the settings page.
    """

    smtp_host: str | None = setting(
        "smtpHost",
        "SMTP Host",
        TEXT,
        limits=_HOST,
        rule=rules.host,
        invalid=InvalidCode("HOST_INVALID", "The host is neither a host name nor an IP address."),
        binds_secret=True,
    )
    smtp_domain: str | None = setting(
        "smtpDomain",
        "SMTP Domain",
        TEXT,
        limits=_TEXT,
        rule=rules.text(forbidden="\\"),
        invalid=InvalidCode(
            "DOMAIN_INVALID",
            "The domain contains a backslash or a control character, or is too long.",
        ),
        binds_secret=True,
    )
    smtp_port: int = setting(
        "smtpPort",
        "SMTP Port",
        NUMBER,
        limits=Limits(*_PORT),
        default=DEFAULT_PORT,
        rule=rules.number(
            *_PORT,
            "Enter a port from 1 to 65535, usually 587.",
            Suggestion("Set SMTP Port to 587.", ("smtpPort",), "587", None),
        ),
        invalid=InvalidCode("PORT_OUT_OF_RANGE", "The port is not between 1 and 65535."),
        binds_secret=True,
    )
    smtp_username: str | None = setting(
        "smtpUsername",
        "SMTP Username",
        TEXT,
        limits=_TEXT,
        rule=rules.text(exact=True),
        invalid=InvalidCode(
            "USERNAME_INVALID", "The username contains a control character or is too long."
        ),
        binds_secret=True,
    )
    smtp_password_version: int | None = None
    default_from_address: str | None = setting(
        "defaultFromAddress",
        "Default From Address",
        TEXT,
        limits=_TEXT,
        rule=rules.email_address(
            "defaultFromAddress", "Default From Address", "defaultFromDisplayName"
        ),
        invalid=InvalidCode(
            "FROM_ADDRESS_INVALID", "The From address is not a single email address."
        ),
    )
    default_from_display_name: str | None = setting(
        "defaultFromDisplayName",
        "Default From Display Name",
        TEXT,
        limits=_TEXT,
        rule=rules.display_name,
        invalid=InvalidCode(
            "DISPLAY_NAME_INVALID",
            "The display name contains a control character, is longer than 255 characters, or has "
            "a header's encoded form (=?…?=).",
        ),
    )
    reply_to_address: str | None = setting(
        "replyToAddress",
        "Reply-To Address",
        TEXT,
        limits=_TEXT,
        rule=rules.email_address("replyToAddress", "Reply-To Address"),
        invalid=InvalidCode(
            "REPLY_TO_ADDRESS_INVALID", "The Reply-To address is not a single email address."
        ),
    )
    enable_secure_connection: bool = setting(
        "enableSecureConnection", "Enable Secure Connection", FLAG, default=True, binds_secret=True
    )
    tls_mode: TlsMode = setting(
        "tlsMode", "TLS Mode", Choice(TlsMode), default=TlsMode.AUTO, binds_secret=True
    )
    trusted_certificates: tuple[str, ...] = setting(
        "trustedCertificates",
        "Trusted Certificates",
        CERTIFICATES,
        limits=Limits(max_items=rules.MAX_CERTIFICATES),
        default=(),
        rule=rules.certificates,
        invalid=InvalidCode(
            "CERTIFICATE_INVALID", "A trusted certificate is not a PEM certificate."
        ),
        binds_secret=True,
    )
    client_certificate: str | None = setting(
        "clientCertificate",
        "Client Certificate",
        TEXT,
        limits=Limits(max_length=MAX_PEM_CHARACTERS),
        rule=client_certificate,
        invalid=InvalidCode(
            "CLIENT_CERTIFICATE_INVALID",
            "The client certificate is not a PEM certificate chain, or is too long.",
        ),
    )
    client_key_version: int | None = None
    revocation_check: RevocationCheck = setting(
        "revocationCheck", "Revocation Check", Choice(RevocationCheck), default=RevocationCheck.OFF
    )
    auth_mechanism: SaslMechanism = setting(
        "authMechanism",
        "Sign-in Mechanism",
        Choice(SaslMechanism),
        default=SaslMechanism.AUTO,
        binds_secret=True,
    )
    oauth2_token_url: str | None = setting(
        "oauth2.tokenUrl",
        "OAuth2 Token URL",
        TEXT,
        limits=_LONG_TEXT,
        rule=rules.token_url,
        invalid=InvalidCode("OAUTH2_TOKEN_URL_INVALID", "The token URL is not an https URL."),
        binds_secret=True,
    )
    oauth2_client_id: str | None = setting(
        "oauth2.clientId",
        "OAuth2 Client ID",
        TEXT,
        limits=_TEXT,
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
        "OAuth2 Scope",
        TEXT,
        limits=_LONG_TEXT,
        rule=rules.text(rules.MAX_LONG_TEXT),
        invalid=InvalidCode(
            "OAUTH2_SCOPE_INVALID", "The scope is too long or contains a control character."
        ),
    )
    ehlo_hostname: str | None = setting(
        "ehloHostname",
        "EHLO Hostname",
        TEXT,
        limits=_HOST,
        rule=rules.ehlo_hostname,
        invalid=InvalidCode(
            "EHLO_HOSTNAME_INVALID", "The EHLO name is neither a host name nor an address literal."
        ),
    )
    timeout_seconds: int = setting(
        "timeoutSeconds",
        "Timeout",
        NUMBER,
        limits=Limits(*_TIMEOUT_SECONDS),
        default=DEFAULT_TIMEOUT_SECONDS,
        rule=rules.number(
            *_TIMEOUT_SECONDS,
            "Enter a timeout of 1 to 300 seconds.",
            Suggestion("Set the timeout to 30 seconds.", ("timeoutSeconds",), "30", None),
        ),
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
_VERSIONS: Final = {name.version_attribute: name for name in SecretName}

FIELDS: Final[tuple[Field, ...]] = tuple(each for each in _DECLARED.values() if each is not None)
"""Every setting except the secrets, in order. Other lists of settings are derived from this."""

if {name for name, field in _DECLARED.items() if field is None} != set(_VERSIONS):
    raise TypeError(
        "every attribute of SettingsValues must be a setting or the version of a secret"
    )

PAGE: Final[tuple[Field | SecretName, ...]] = tuple(
    field or _VERSIONS[name] for name, field in _DECLARED.items()
)
"""Every setting and secret, in the order of the settings page."""

NOTHING_SAVED: Final = SettingsValues()
"""The values of revision 0, before anything was saved."""
