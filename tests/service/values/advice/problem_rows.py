"""Every problem that settings can have, as rows of a table: values, and the problem they cause.

The tests of the rules and the test of their documentation both use these rows.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from mail.account import RevocationCheck, SaslMechanism, TlsMode
from service.values.secret_names import SecretName
from service.values.settings_values import SettingsValues
from tests.support.certificates import certificate
from tests.support.client_certificates import Wish, chain, key, key_pem, made

NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOON: Final = certificate("soon.example.com", NOW + timedelta(days=30))
LATER: Final = certificate("later.example.com", NOW + timedelta(days=30, seconds=1))
PAST: Final = certificate("past.example.com", NOW)
TOKEN_URL: Final = "https://login.example.com/token"
COMPLETE: Final = SettingsValues(
    smtp_host="mail.example.com",
    smtp_username="ada",
    smtp_password_version=1,
    default_from_address="ada@example.com",
)
"""Settings without any problem."""


@dataclass(frozen=True, slots=True)
class Row:
    """Values that differ from `COMPLETE`, the problem that they cause, and its fix."""

    code: str
    path: str
    given: dict[str, Any]
    fix: str | None = None
    unreadable: frozenset[SecretName] = field(default_factory=frozenset)
    now: datetime = NOW

    @property
    def values(self) -> SettingsValues:
        """`COMPLETE` with the given values."""
        return COMPLETE.with_values(self.given)


def _gmail(**given: Any) -> dict[str, Any]:  # noqa: ANN401 (any field's value)
    usual = {"smtp_host": "smtp.gmail.com", "smtp_username": "ada@gmail.com"}
    return {**usual, "default_from_address": "ada@gmail.com", **given}


def _microsoft(**given: Any) -> dict[str, Any]:  # noqa: ANN401 (any field's value)
    return {"smtp_host": "smtp.office365.com", **given}


def _presenting(**wish: Any) -> dict[str, Any]:  # noqa: ANN401 (what the certificate says)
    return {"client_certificate": made(wish=Wish(**wish)), "client_key_version": 1}


_OAUTH2: Final = {
    "oauth2_token_url": TOKEN_URL,
    "oauth2_client_id": "x",
    "oauth2_client_secret_version": 1,
}

_ENTRA: Final = "https://login.microsoftonline.com"


def _entra(path: str = "/example.com/oauth2/v2.0/token", **given: Any) -> dict[str, Any]:  # noqa: ANN401 (any field's value)
    usual = {"oauth2_token_url": _ENTRA + path, "oauth2_scope": f"{_OUTLOOK}/.default"}
    return {**_OAUTH2, **_microsoft(**usual), **given}


_OUTLOOK: Final = "https://outlook.office365.com"

FORM: Final = (
    Row("HOST_INVALID", "smtpHost", {"smtp_host": "mail example"}),
    Row("HOST_INVALID", "smtpHost", {"smtp_host": "mail.example.com/x"}, "mail.example.com"),
    Row("HOST_INVALID", "smtpHost", {"smtp_host": "ada@mail.example.com"}, "mail.example.com"),
    Row("HOST_INVALID", "smtpHost", {"smtp_host": '"mail.example.com";'}, "mail.example.com"),
    Row("HOST_INVALID", "smtpHost", {"smtp_host": "https//x"}),
    Row("HOST_INVALID", "smtpHost", {"smtp_host": "fe80::1%eth0"}),
    Row(
        "HOST_HAS_SCHEME",
        "smtpHost",
        {"smtp_host": "smtp://Mail.example.com:25"},
        "mail.example.com",
    ),
    Row("HOST_HAS_SCHEME", "smtpHost", {"smtp_host": "ldap://[::1]/x"}, "::1"),
    Row("HOST_HAS_SCHEME", "smtpHost", {"smtp_host": "smtps://"}),
    Row("HOST_HAS_PORT", "smtpHost", {"smtp_host": "bücher.example:465"}, "xn--bcher-kva.example"),
    Row("HOST_HAS_PORT", "smtpHost", {"smtp_host": "[2001:db8::1]:25"}, "2001:db8::1"),
    Row("HOST_HAS_PORT", "smtpHost", {"smtp_host": "mail.example.com, 587"}, "mail.example.com"),
    Row("PORT_OUT_OF_RANGE", "smtpPort", {"smtp_port": 0}, "587"),
    Row("PORT_OUT_OF_RANGE", "smtpPort", {"smtp_port": 65_536}, "587"),
    Row("DOMAIN_INVALID", "smtpDomain", {"smtp_domain": "CORP\\EU"}),
    Row("DOMAIN_INVALID", "smtpDomain", {"smtp_domain": "CO\tRP"}),
    Row("DOMAIN_INVALID", "smtpDomain", {"smtp_domain": "x" * 256}),
    Row("USERNAME_INVALID", "smtpUsername", {"smtp_username": "a\0b"}),
    Row("USERNAME_INVALID", "smtpUsername", {"smtp_username": "x" * 256}),
    Row("FROM_ADDRESS_INVALID", "defaultFromAddress", {"default_from_address": "ada"}),
    Row("FROM_ADDRESS_INVALID", "defaultFromAddress", {"default_from_address": "a@example.com\nx"}),
    Row(
        "FROM_ADDRESS_INVALID",
        "defaultFromAddress",
        {"default_from_address": "mailto:Ada@Example.com"},
        "Ada@example.com",
    ),
    Row(
        "FROM_ADDRESS_INVALID",
        "defaultFromAddress",
        {
            "default_from_address": "Ada L. <ada@example.com>",
            "default_from_display_name": "Ada L.",
        },
        "ada@example.com",
    ),
    Row("FROM_ADDRESS_INVALID", "defaultFromAddress", {"default_from_address": "a@x.y, b@x.y"}),
    Row(
        "FROM_ADDRESS_INVALID",
        "defaultFromAddress",
        {"default_from_address": "ops@192.0.2.1"},
        "ops@[192.0.2.1]",
    ),
    Row("REPLY_TO_ADDRESS_INVALID", "replyToAddress", {"reply_to_address": "ada@"}),
    Row(
        "REPLY_TO_ADDRESS_INVALID",
        "replyToAddress",
        {"reply_to_address": "Help <help@example.com>"},
        "help@example.com",
    ),
    Row("DISPLAY_NAME_INVALID", "defaultFromDisplayName", {"default_from_display_name": "a\nb"}),
    Row("DISPLAY_NAME_INVALID", "defaultFromDisplayName", {"default_from_display_name": "x" * 256}),
    Row(
        "DISPLAY_NAME_INVALID",
        "defaultFromDisplayName",
        {"default_from_display_name": "=?utf-8?q?Ada_L=C3=A9?="},
        "Ada Lé",
    ),
    Row(
        "DISPLAY_NAME_INVALID",
        "defaultFromDisplayName",
        {"default_from_display_name": "=?utf-8?q?=0D=0ABcc:_eve?="},
    ),
    Row("CERTIFICATE_INVALID", "trustedCertificates.0", {"trusted_certificates": ("x",)}),
    Row(
        "CERTIFICATE_INVALID",
        "trustedCertificates.1",
        {"trusted_certificates": (certificate(), "-----BEGIN PRIVATE KEY-----")},
    ),
    Row(
        "TOO_MANY_CERTIFICATES",
        "trustedCertificates",
        {"trusted_certificates": (certificate(),) * 21},
    ),
    Row("CLIENT_CERTIFICATE_INVALID", "clientCertificate", {"client_certificate": "x"}),
    Row(
        "CLIENT_CERTIFICATE_CONTAINS_KEY",
        "clientCertificate",
        {"client_certificate": made() + key_pem(key())},
    ),
    Row(
        "CLIENT_CERTIFICATE_ORDER",
        "clientCertificate",
        {"client_certificate": "".join(reversed(chain()))},
        "".join(chain()),
    ),
    Row(
        "CLIENT_CERTIFICATE_IS_AUTHORITY",
        "clientCertificate",
        {"client_certificate": chain()[1]},
    ),
    Row("OAUTH2_TOKEN_URL_INVALID", "oauth2.tokenUrl", {**_OAUTH2, "oauth2_token_url": ""}),
    Row(
        "OAUTH2_TOKEN_URL_INVALID",
        "oauth2.tokenUrl",
        {**_OAUTH2, "oauth2_token_url": "http://x.example"},
    ),
    Row(
        "OAUTH2_TOKEN_URL_INVALID",
        "oauth2.tokenUrl",
        {**_OAUTH2, "oauth2_token_url": "https://a:b@x.example"},
    ),
    Row(
        "OAUTH2_TOKEN_URL_INVALID",
        "oauth2.tokenUrl",
        {**_OAUTH2, "oauth2_token_url": TOKEN_URL + "#x"},
    ),
    Row(
        "OAUTH2_TOKEN_URL_INVALID",
        "oauth2.tokenUrl",
        {**_OAUTH2, "oauth2_token_url": "https://x:99999/"},
    ),
    Row("OAUTH2_CLIENT_ID_INVALID", "oauth2.clientId", {**_OAUTH2, "oauth2_client_id": " "}),
    Row("OAUTH2_CLIENT_ID_INVALID", "oauth2.clientId", {**_OAUTH2, "oauth2_client_id": "x" * 256}),
    Row("OAUTH2_SCOPE_INVALID", "oauth2.scope", {**_OAUTH2, "oauth2_scope": "a\nb"}),
    Row("OAUTH2_SCOPE_INVALID", "oauth2.scope", {**_OAUTH2, "oauth2_scope": "x" * 2_049}),
    Row("EHLO_HOSTNAME_INVALID", "ehloHostname", {"ehlo_hostname": "192.0.2.1"}),
    Row("EHLO_HOSTNAME_INVALID", "ehloHostname", {"ehlo_hostname": "[mail.example.com]"}),
    Row("EHLO_HOSTNAME_INVALID", "ehloHostname", {"ehlo_hostname": "a b"}),
    Row("TIMEOUT_OUT_OF_RANGE", "timeoutSeconds", {"timeout_seconds": 0}, "30"),
    Row("TIMEOUT_OUT_OF_RANGE", "timeoutSeconds", {"timeout_seconds": 301}, "30"),
)
"""Values that break a rule."""

RULES: Final = (
    Row("HOST_MISSING", "smtpHost", {"smtp_host": None}),
    Row("FROM_ADDRESS_MISSING", "defaultFromAddress", {"default_from_address": None}),
    Row(
        "FROM_ADDRESS_MISSING",
        "defaultFromAddress",
        {"default_from_address": None, "smtp_username": "Ada@Example.com"},
        "Ada@example.com",
    ),
    # The username has an @ but is not an address, so it is not suggested.
    Row(
        "FROM_ADDRESS_MISSING",
        "defaultFromAddress",
        {"default_from_address": None, "smtp_username": "ada@"},
    ),
    *(
        Row("ADDRESS_NOT_PUBLIC", "defaultFromAddress", {"default_from_address": address})
        for address in (
            "noreply@corp.local",
            "root@localhost",
            "ada@relay",
            "ada@mail.test",
            "ada@nas.home.arpa",
            "ada@mail.internal",
            "ops@[192.0.2.1]",
            "ops@[IPv6:fd00::1]",
        )
    ),
    Row("ADDRESS_NOT_PUBLIC", "replyToAddress", {"reply_to_address": "help@corp.lan"}),
    # The username's domain is not public, so it is not suggested.
    Row(
        "FROM_ADDRESS_MISSING",
        "defaultFromAddress",
        {"default_from_address": None, "smtp_username": "ada@corp.local"},
    ),
    Row("USERNAME_WITHOUT_PASSWORD", "smtpPassword", {"smtp_password_version": None}),
    Row("PASSWORD_WITHOUT_USERNAME", "smtpUsername", {"smtp_username": None}),
    Row("BLANKS_AROUND_VALUE", "smtpUsername", {"smtp_username": " ada\u00a0"}, "ada"),
    *(
        Row(code, "oauth2.clientId", {**_OAUTH2, "oauth2_client_id": given}, fix)
        for code, given, fix in (
            ("BLANKS_AROUND_VALUE", "x ", "x"),
            ("INVISIBLE_CHARACTERS", "\u200ex", "x"),
            ("QUOTES_AROUND_VALUE", "'x'", "x"),
            ("VALUE_IS_MASKED", "••••", None),
        )
    ),
    Row("INVISIBLE_CHARACTERS", "smtpUsername", {"smtp_username": "a\u200bda\ufeff"}, "ada"),
    Row("INVISIBLE_CHARACTERS", "smtpUsername", {"smtp_username": "a\u00a0b"}, "a b"),
    Row("QUOTES_AROUND_VALUE", "smtpUsername", {"smtp_username": '" “ada” "'}, "ada"),
    Row("VALUE_IS_MASKED", "smtpUsername", {"smtp_username": "********"}),
    Row(
        "PASSWORD_UNREADABLE", "smtpPassword", {}, unreadable=frozenset({SecretName.SMTP_PASSWORD})
    ),
    Row(
        "CLIENT_SECRET_UNREADABLE",
        "oauth2.clientSecret",
        _OAUTH2,
        unreadable=frozenset({SecretName.OAUTH2_CLIENT_SECRET}),
    ),
    Row(
        "CLIENT_KEY_UNREADABLE",
        "clientKey",
        {"client_certificate": made(), "client_key_version": 1},
        unreadable=frozenset({SecretName.CLIENT_KEY}),
    ),
    Row(
        "PASSWORD_OVER_PLAINTEXT",
        "enableSecureConnection",
        {"enable_secure_connection": False},
        "true",
    ),
    Row(
        "CONNECTION_NOT_SECURED",
        "enableSecureConnection",
        {"enable_secure_connection": False, "smtp_password_version": None, "smtp_username": None},
        "true",
    ),
    Row(
        "PORT_EXPECTS_IMPLICIT_TLS",
        "enableSecureConnection",
        {"enable_secure_connection": False, "smtp_port": 465},
        "true",
    ),
    Row(
        "PORT_EXPECTS_IMPLICIT_TLS",
        "tlsMode",
        {"smtp_port": 465, "tls_mode": TlsMode.STARTTLS},
        "IMPLICIT",
    ),
    Row(
        "PORT_EXPECTS_IMPLICIT_TLS",
        "tlsMode",
        {"smtp_port": 2_465, "tls_mode": TlsMode.STARTTLS},
        "IMPLICIT",
    ),
    *(
        Row(
            "PORT_EXPECTS_STARTTLS",
            "tlsMode",
            {"smtp_port": port, "tls_mode": TlsMode.IMPLICIT},
            "STARTTLS",
        )
        for port in (25, 587, 2_525, 2_587)
    ),
    Row(
        "FROM_ADDRESS_DIFFERS_FROM_USERNAME",
        "defaultFromAddress",
        _gmail(default_from_address="charles@gmail.com"),
        "ada@gmail.com",
    ),
    Row(
        "FROM_ADDRESS_DIFFERS_FROM_USERNAME",
        "defaultFromAddress",
        {"smtp_host": "smtp.zoho.eu", "smtp_username": "ada"},
    ),
    Row("PROVIDER_REQUIRES_APP_PASSWORD", "smtpPassword", _gmail()),
    *(
        Row("PROVIDER_REQUIRES_APP_PASSWORD", "smtpPassword", {"smtp_host": host})
        for host in ("smtp.mail.yahoo.com", "smtp.mail.me.com", "smtp.fastmail.com")
    ),
    Row("PROVIDER_FIXED_USERNAME", "smtpUsername", {"smtp_host": "smtp.sendgrid.net"}, "apikey"),
    Row("PROVIDER_PORT_UNKNOWN", "smtpPort", _gmail(smtp_port=26), "587"),
    Row(
        "PROVIDER_PORT_UNKNOWN",
        "smtpPort",
        {"smtp_host": "smtp.postmarkapp.com", "smtp_port": 465},
        "587",
    ),
    Row("PROVIDER_BASIC_AUTH_ENDING", "oauth2", _microsoft()),
    Row("PROVIDER_BASIC_AUTH_ENDING", "oauth2", _microsoft(), now=datetime(2027, 1, 1, tzinfo=UTC)),
    Row("PROVIDER_REQUIRES_OAUTH2", "oauth2", {"smtp_host": "smtp-mail.outlook.com"}),
    Row(
        "DOMAIN_REPEATED_IN_USERNAME",
        "smtpDomain",
        {"smtp_domain": "CORP", "smtp_username": "CORP\\ada"},
        "",
    ),
    Row(
        "DOMAIN_REPEATED_IN_USERNAME",
        "smtpDomain",
        {"smtp_domain": "CORP", "smtp_username": "ada@corp.example"},
        "",
    ),
    Row(
        "DOMAIN_WITHOUT_USERNAME",
        "smtpDomain",
        {"smtp_domain": "CORP", "smtp_username": None, "smtp_password_version": None},
    ),
    Row(
        "OAUTH2_CLIENT_SECRET_MISSING",
        "oauth2.clientSecret",
        {**_OAUTH2, "oauth2_client_secret_version": None},
    ),
    *(
        Row(
            "OAUTH2_TOKEN_URL_PLACEHOLDER",
            "oauth2.tokenUrl",
            _entra(f"/{placeholder}/oauth2/v2.0/token"),
            _ENTRA + "/example.com/oauth2/v2.0/token",
        )
        for placeholder in (
            "{tenant}",
            "%7Btenant-id%7D",
            "<tenant>",
            "[tenant]",
            "YOUR_TENANT",
            "your-tenant-id",
            "tenant_id",
            ":tenantId",
        )
    ),
    Row(
        "OAUTH2_TOKEN_URL_PLACEHOLDER",
        "oauth2.tokenUrl",
        {**_OAUTH2, "oauth2_token_url": "https://login.example.com/realms/{realm}/token"},
    ),
    Row(
        "OAUTH2_TOKEN_URL_PLACEHOLDER",
        "oauth2.tokenUrl",
        _entra("/{tenant}/oauth2/v2.0/token", smtp_username="ada@outlook.com"),
    ),
    *(
        Row(
            "OAUTH2_TENANT_MISSING",
            "oauth2.tokenUrl",
            _entra(f"/{shared}/oauth2/v2.0/token", smtp_username="noreply@mail.example.org"),
            _ENTRA + "/mail.example.org/oauth2/v2.0/token",
        )
        for shared in ("common", "organizations", "Consumers")
    ),
    Row(
        "OAUTH2_TENANT_MISSING",
        "oauth2.tokenUrl",
        _entra("/common/oauth2/token", default_from_address=None),
    ),
    *(
        Row(
            "OAUTH2_TOKEN_URL_PATH",
            "oauth2.tokenUrl",
            _entra(f"/example.org{path}"),
            _ENTRA + "/example.org/oauth2/v2.0/token",
        )
        for path in ("/oauth2/token", "/oauth2/v2.0/authorize", "", "/v2.0")
    ),
    Row(
        "OAUTH2_SCOPE_MISSING",
        "oauth2.scope",
        _entra(oauth2_scope=None),
        "https://outlook.office365.com/.default",
    ),
    Row(
        "OAUTH2_SCOPE_MISSING",
        "oauth2.scope",
        {**_OAUTH2, "smtp_host": "smtp-mail.outlook.com"},
        "https://outlook.office365.com/.default",
    ),
    Row(
        "OAUTH2_SCOPE_MISSING",
        "oauth2.scope",
        _entra(oauth2_scope=None, smtp_host="relay.example.com"),
    ),
    *(
        Row(
            "OAUTH2_SCOPE_DELEGATED",
            "oauth2.scope",
            _entra(oauth2_scope=scope),
            "https://outlook.office365.com/.default",
        )
        for scope in (
            "SMTP.Send",
            "https://outlook.office.com/SMTP.Send",
            "https://outlook.office.com/smtp.send offline_access",
            "https://outlook.office365.com/.default offline_access",
            "https://outlook.office365.com/SMTP.SendAsApp",
        )
    ),
    Row(
        "OAUTH2_SCOPE_DELEGATED",
        "oauth2.scope",
        {**_OAUTH2, "smtp_host": "smtp.office365.com", "oauth2_scope": "SMTP.Send"},
        "https://outlook.office365.com/.default",
    ),
    Row(
        "OAUTH2_NOT_USED",
        "authMechanism",
        {**_OAUTH2, "auth_mechanism": SaslMechanism.PLAIN},
        "AUTO",
    ),
    Row(
        "TRUSTED_CERTIFICATE_EXPIRES_SOON",
        "trustedCertificates.1",
        {"trusted_certificates": (LATER, SOON)},
    ),
    Row("TRUSTED_CERTIFICATE_EXPIRED", "trustedCertificates.0", {"trusted_certificates": (PAST,)}),
    Row(
        "TRUSTED_CERTIFICATES_NOT_USED",
        "trustedCertificates",
        {"trusted_certificates": (LATER,), "enable_secure_connection": False},
    ),
    Row("CLIENT_CERTIFICATE_WITHOUT_KEY", "clientKey", {"client_certificate": made()}),
    Row("CLIENT_KEY_WITHOUT_CERTIFICATE", "clientCertificate", {"client_key_version": 1}),
    Row("CLIENT_CERTIFICATE_EXPIRED", "clientCertificate", _presenting(ends=NOW)),
    Row(
        "CLIENT_CERTIFICATE_NOT_YET_VALID",
        "clientCertificate",
        _presenting(begins=NOW + timedelta(minutes=1)),
    ),
    Row(
        "CLIENT_CERTIFICATE_EXPIRES_SOON",
        "clientCertificate",
        _presenting(ends=NOW + timedelta(days=30)),
    ),
    Row(
        "CLIENT_CERTIFICATE_NOT_FOR_CLIENTS",
        "clientCertificate",
        _presenting(for_servers_only=True),
    ),
    Row(
        "CLIENT_CERTIFICATE_NOT_FOR_CLIENTS",
        "clientCertificate",
        _presenting(signs_certificates=False, signs=False),
    ),
    Row(
        "CLIENT_CERTIFICATE_NOT_USED",
        "clientCertificate",
        {**_presenting(), "enable_secure_connection": False},
    ),
    Row(
        "REVOCATION_CHECK_NOT_USED",
        "revocationCheck",
        {"revocation_check": RevocationCheck.SOFT, "enable_secure_connection": False},
    ),
)
"""Values that can be saved, but get a warning or a remark."""

ELSEWHERE: Final = {
    "HOST_REQUIRED": {"smtpHost"},
    "FROM_ADDRESS_REQUIRED": {"defaultFromAddress"},
    "RECIPIENT_REQUIRED": {"recipient"},
    "RECIPIENT_INVALID": {"recipient"},
    "IDEMPOTENCY_KEY_INVALID": {"idempotencyKey"},
    "EXPECTED_REVISION_UNKNOWN": {"expectedRevision"},
    "REASON_INVALID": {"reason"},
    "PASSWORD_INVALID": {"smtpPassword", "oauth2.clientSecret"},
    "ENCRYPTION_KEY_UNAVAILABLE": {"smtpPassword", "clientKey", "oauth2.clientSecret"},
    "SECRET_REENTRY_REQUIRED": {"smtpPassword", "oauth2.clientSecret"},
    "OAUTH2_REQUIRED": {"oauth2"},
    "APP_PASSWORD_FORMAT": {"smtpPassword"},
    "CLIENT_KEY_INVALID": {"clientKey"},
    "CLIENT_KEY_ENCRYPTED": {"clientKey"},
    "CLIENT_KEY_TOO_LONG": {"clientKey"},
    "CLIENT_KEY_MISMATCH": {"clientCertificate", "clientKey"},
    "BLANKS_AROUND_VALUE": {"smtpPassword", "oauth2.clientSecret"},
    "INVISIBLE_CHARACTERS": {"smtpPassword", "oauth2.clientSecret"},
    "QUOTES_AROUND_VALUE": {"smtpPassword", "oauth2.clientSecret"},
    "VALUE_IS_MASKED": {"smtpPassword", "oauth2.clientSecret"},
    "DISPLAY_NAME_WITH_ADDRESS": {"defaultFromDisplayName"},
}
"""Fields in which only a request or a secret can cause a problem; tested over GraphQL."""
