"""The problems that settings can have: codes that clients rely on, with their severity."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mail.report import Suggestion
from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS


class ProblemSeverity(StrEnum):
    """ERROR prevents a save; WARNING and INFO are reported with the settings."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a field, which is named by its path in the input."""

    severity: ProblemSeverity
    code: str
    field: tuple[str, ...]
    message: str
    suggestion: Suggestion | None = None


_ERROR, _WARNING, _INFO = ProblemSeverity

_FIELD_CODES: Final = {
    field.invalid.code: (_ERROR, field.invalid.meaning)
    for field in FIELDS
    if field.invalid is not None
}

PROBLEM_CODES: Final[Mapping[str, tuple[ProblemSeverity, str]]] = {
    **_FIELD_CODES,
    "HOST_REQUIRED": (_ERROR, "A test email needs a host to connect to."),
    "HOST_HAS_SCHEME": (_ERROR, "The host was given as a URL, such as `smtp://mail.example.com`."),
    "HOST_HAS_PORT": (_ERROR, "The host includes the port, which has its own field."),
    "PASSWORD_INVALID": (
        _ERROR,
        "The secret contains a NUL or a line break, or is longer than 1,024 characters.",
    ),
    "DISPLAY_NAME_WITH_ADDRESS": (
        _INFO,
        "The From address was entered with a name, which has its own field.",
    ),
    "FROM_ADDRESS_REQUIRED": (_ERROR, "A test email needs a From address."),
    "CLIENT_CERTIFICATE_CONTAINS_KEY": (
        _ERROR,
        "A private key was entered as part of the client certificate.",
    ),
    "CLIENT_CERTIFICATE_ORDER": (
        _ERROR,
        "The client certificate is not the first of the certificates, or they are not in order.",
    ),
    "CLIENT_CERTIFICATE_IS_AUTHORITY": (
        _ERROR,
        "The client certificate is the certificate of an authority.",
    ),
    "CLIENT_KEY_INVALID": (
        _ERROR,
        "The client key is not a private key in PEM that TLS can use.",
    ),
    "CLIENT_KEY_ENCRYPTED": (_ERROR, "The client key is encrypted with a passphrase."),
    "CLIENT_KEY_TOO_LONG": (_ERROR, "The client key has more than 4,096 bytes of PEM."),
    "CLIENT_KEY_MISMATCH": (
        _ERROR,
        "The client certificate and the client key do not belong together.",
    ),
    "TOO_MANY_CERTIFICATES": (_ERROR, "More than 20 trusted certificates were given."),
    "OAUTH2_REQUIRED": (_ERROR, "XOAUTH2 or OAUTHBEARER was chosen, but OAuth2 is not configured."),
    "RECIPIENT_REQUIRED": (_ERROR, "A test of this depth needs a recipient."),
    "RECIPIENT_INVALID": (_ERROR, "The recipient is not a single email address."),
    "EXPECTED_REVISION_UNKNOWN": (
        _ERROR,
        "The request expects a revision, but nothing was saved yet.",
    ),
    "REASON_INVALID": (
        _ERROR,
        "The reason is empty, longer than 1,000 characters, or contains a control character.",
    ),
    "IDEMPOTENCY_KEY_INVALID": (
        _ERROR,
        "The idempotency key is empty, over 200 characters, or contains a control character.",
    ),
    "ENCRYPTION_KEY_UNAVAILABLE": (
        _ERROR,
        "There is no usable encryption key, so secrets cannot be stored.",
    ),
    "SECRET_REENTRY_REQUIRED": (
        _ERROR,
        "A stored secret is bound to its destination, and these values change the destination.",
    ),
    "HOST_MISSING": (_WARNING, "No host is set, so no email can be sent."),
    "FROM_ADDRESS_MISSING": (_WARNING, "No From address is set, so no email can be sent."),
    "USERNAME_WITHOUT_PASSWORD": (_WARNING, "A username is set without a password."),
    "PASSWORD_WITHOUT_USERNAME": (
        _WARNING,
        "A password is set without a username, so the service does not sign in.",
    ),
    "PASSWORD_UNREADABLE": (
        _WARNING,
        "The stored password cannot be decrypted with the encryption keys in use.",
    ),
    "CLIENT_SECRET_UNREADABLE": (
        _WARNING,
        "The stored client secret cannot be decrypted with the encryption keys in use.",
    ),
    "CLIENT_KEY_UNREADABLE": (
        _WARNING,
        "The stored client key cannot be decrypted with the encryption keys in use.",
    ),
    "BLANKS_AROUND_VALUE": (_WARNING, "The value begins or ends with a blank."),
    "INVISIBLE_CHARACTERS": (
        _WARNING,
        "The value contains invisible characters, such as a no-break space or a zero width space.",
    ),
    "QUOTES_AROUND_VALUE": (_WARNING, "The value is enclosed in quotes."),
    "VALUE_IS_MASKED": (
        _WARNING,
        "The value looks like a mask such as `********`, which pages show instead of a value.",
    ),
    "PASSWORD_OVER_PLAINTEXT": (
        _WARNING,
        "The password would be sent over a connection that is not secured.",
    ),
    "CONNECTION_NOT_SECURED": (_WARNING, "Mail is sent over a connection that is not secured."),
    "PORT_EXPECTS_IMPLICIT_TLS": (
        _WARNING,
        "The port expects implicit TLS, but the settings do not use it.",
    ),
    "PORT_EXPECTS_STARTTLS": (
        _WARNING,
        "The port expects STARTTLS, but the settings use implicit TLS.",
    ),
    "ADDRESS_NOT_PUBLIC": (
        _WARNING,
        "The address's domain cannot be reached from outside your network.",
    ),
    "FROM_ADDRESS_DIFFERS_FROM_USERNAME": (
        _WARNING,
        "The From address differs from the username, which the provider does not allow.",
    ),
    "PROVIDER_REQUIRES_APP_PASSWORD": (
        _INFO,
        "The provider requires an app password instead of the account's own password.",
    ),
    "APP_PASSWORD_FORMAT": (
        _WARNING,
        "The password does not look like one of the provider's app passwords.",
    ),
    "PROVIDER_FIXED_USERNAME": (
        _WARNING,
        "The provider uses the same username for every account.",
    ),
    "PROVIDER_PORT_UNKNOWN": (_WARNING, "The provider does not listen on this port."),
    "PROVIDER_BASIC_AUTH_ENDING": (_WARNING, "The provider is turning off sign-in by password."),
    "PROVIDER_REQUIRES_OAUTH2": (_WARNING, "The provider accepts OAuth2 only."),
    "DOMAIN_REPEATED_IN_USERNAME": (
        _WARNING,
        "A domain is set, but the username already contains one.",
    ),
    "DOMAIN_WITHOUT_USERNAME": (
        _INFO,
        "A domain is set without a username, so it is not used.",
    ),
    "OAUTH2_CLIENT_SECRET_MISSING": (_WARNING, "OAuth2 is configured without a client secret."),
    "OAUTH2_TOKEN_URL_PLACEHOLDER": (
        _WARNING,
        "The token URL still contains a placeholder, such as `{tenant}`.",
    ),
    "OAUTH2_TENANT_MISSING": (
        _WARNING,
        "Microsoft's token URL is for any organization (such as `/common/`) instead of one tenant.",
    ),
    "OAUTH2_TOKEN_URL_PATH": (
        _WARNING,
        "Microsoft's token URL does not have the path of its token endpoint.",
    ),
    "OAUTH2_SCOPE_MISSING": (
        _WARNING,
        "No scope is set, but Microsoft issues no token without a scope.",
    ),
    "OAUTH2_SCOPE_DELEGATED": (
        _WARNING,
        "The scope is a permission of a user, but the token is requested without a user.",
    ),
    "OAUTH2_NOT_USED": (
        _INFO,
        "OAuth2 is configured, but another authentication mechanism is chosen.",
    ),
    "TRUSTED_CERTIFICATE_EXPIRES_SOON": (_WARNING, "A trusted certificate expires within 30 days."),
    "TRUSTED_CERTIFICATE_EXPIRED": (_WARNING, "A trusted certificate has expired."),
    "TRUSTED_CERTIFICATES_NOT_USED": (
        _INFO,
        "Trusted certificates are set, but the connection is not secured.",
    ),
    "CLIENT_CERTIFICATE_WITHOUT_KEY": (
        _WARNING,
        "A client certificate is set without its key, so it is not presented.",
    ),
    "CLIENT_KEY_WITHOUT_CERTIFICATE": (
        _WARNING,
        "A client key is set without its certificate, so it is not used.",
    ),
    "CLIENT_CERTIFICATE_EXPIRED": (
        _WARNING,
        "A certificate of the client certificate's chain has expired.",
    ),
    "CLIENT_CERTIFICATE_NOT_YET_VALID": (
        _WARNING,
        "A certificate of the client certificate's chain is not valid yet.",
    ),
    "CLIENT_CERTIFICATE_EXPIRES_SOON": (
        _WARNING,
        "A certificate of the client certificate's chain expires within 30 days.",
    ),
    "CLIENT_CERTIFICATE_NOT_FOR_CLIENTS": (
        _WARNING,
        "The client certificate's extensions do not allow a client to present it.",
    ),
    "CLIENT_CERTIFICATE_NOT_USED": (
        _INFO,
        "A client certificate is set, but the connection is not secured.",
    ),
    "REVOCATION_CHECK_NOT_USED": (
        _INFO,
        "The revocation check is on, but the connection is not secured.",
    ),
}
"""Every code with its severity and meaning. A test compares `docs/settings.md` with this table."""

UNREADABLE_CODES: Final[Mapping[SecretName, str]] = {
    SecretName.SMTP_PASSWORD: "PASSWORD_UNREADABLE",
    SecretName.CLIENT_KEY: "CLIENT_KEY_UNREADABLE",
    SecretName.OAUTH2_CLIENT_SECRET: "CLIENT_SECRET_UNREADABLE",
}
"""The code of each stored secret that cannot be decrypted."""


def problem(
    code: str, field: str | tuple[str, ...], message: str, suggestion: Suggestion | None = None
) -> Problem:
    """Makes a problem with the severity of its code."""
    path = (field,) if isinstance(field, str) else field
    return Problem(PROBLEM_CODES[code][0], code, path, message, suggestion)
