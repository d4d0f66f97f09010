"""The fields of the settings: their names for clients, and their values as text and back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mail.account import SaslMechanism, TlsMode
from service.values.settings_values import (
    DEFAULT_PORT,
    DEFAULT_TIMEOUT_SECONDS,
    SettingsValues,
    Value,
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name for clients, its attribute in `SettingsValues`, how to read its text."""

    name: str
    attribute: str
    read: Callable[[str | None], Value]

    def get(self, values: SettingsValues) -> Value:
        """The field's value."""
        value: Value = getattr(values, self.attribute)
        return value

    def text(self, values: SettingsValues) -> str | None:
        """The field's value as text; None where it is not set."""
        return write_value(self.get(values))


def write_value(value: Value) -> str | None:
    """A value as text: `true` and `false`, digits, certificates one after the other."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case tuple():
            return "".join(value) or None
        case _:
            return str(value)


def _text(text: str | None) -> Value:
    return text


def _flag(text: str | None) -> Value:
    return text != "false"


def _number(default: int) -> Callable[[str | None], Value]:
    return lambda text: default if text is None else int(text)


def _tls_mode(text: str | None) -> Value:
    return TlsMode(text or TlsMode.AUTO)


def _mechanism(text: str | None) -> Value:
    return SaslMechanism(text or SaslMechanism.AUTO)


_PEM_END: Final = "-----END CERTIFICATE-----\n"


def read_certificates(text: str | None) -> tuple[str, ...]:
    """The certificates of a text that has them one after the other."""
    return tuple(part + _PEM_END for part in (text or "").split(_PEM_END) if part)


FIELDS: Final = (
    Field("smtpHost", "smtp_host", _text),
    Field("smtpDomain", "smtp_domain", _text),
    Field("smtpPort", "smtp_port", _number(DEFAULT_PORT)),
    Field("smtpUsername", "smtp_username", _text),
    Field("defaultFromAddress", "default_from_address", _text),
    Field("defaultFromDisplayName", "default_from_display_name", _text),
    Field("enableSecureConnection", "enable_secure_connection", _flag),
    Field("tlsMode", "tls_mode", _tls_mode),
    Field("trustedCertificates", "trusted_certificates", read_certificates),
    Field("authMechanism", "auth_mechanism", _mechanism),
    Field("oauth2.tokenUrl", "oauth2_token_url", _text),
    Field("oauth2.clientId", "oauth2_client_id", _text),
    Field("oauth2.scope", "oauth2_scope", _text),
    Field("ehloHostname", "ehlo_hostname", _text),
    Field("timeoutSeconds", "timeout_seconds", _number(DEFAULT_TIMEOUT_SECONDS)),
)
